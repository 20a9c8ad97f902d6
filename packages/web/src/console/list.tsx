import type { ReactNode } from 'react'
import { inWords } from '../texts/faults.js'
import { Loaded } from '../ui/loaded.js'
import { Fault } from '../ui/notice.js'
import type { List } from './api/pages.js'
import { say } from './say.js'

interface ListedProps<Item> {
  readonly list: List<Item>
  /** In place of nothing: what that means, and what to do. */
  readonly empty: ReactNode
  readonly children: (items: readonly Item[]) => ReactNode
}

/** A list as far as it was read, and a button for more. */
export function Listed<Item>({ list, empty, children }: ListedProps<Item>) {
  return (
    <Loaded query={list} lines={8}>
      {({ pages }) => {
        const items = pages.flatMap((page) => page.items)
        return (
          <>
            {items.length === 0 && !list.hasNextPage ? (
              <div className="empty">{empty}</div>
            ) : (
              children(items)
            )}
            <Fault>{list.isFetchNextPageError && inWords(list.error)}</Fault>
            {list.hasNextPage && <More list={list} />}
          </>
        )
      }}
    </Loaded>
  )
}

function More<Item>({ list }: { readonly list: List<Item> }) {
  const { isFetchingNextPage: isBusy } = list
  return (
    <button
      type="button"
      className="secondary outline"
      aria-disabled={isBusy}
      {...(isBusy && { 'aria-busy': true as const })}
      onClick={() => !isBusy && void list.fetchNextPage()}
    >
      {say(isBusy ? 'loading' : 'showMore')}
    </button>
  )
}

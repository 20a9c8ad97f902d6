import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { inWords } from '../texts/faults.js'
import { say } from '../texts/texts.js'
import { Fault } from './notice.js'

interface LoadedProps<Data> {
  readonly query: UseQueryResult<Data>
  /** How many lines it will take, so that nothing jumps when they come. */
  readonly lines: number
  readonly children: (data: Data) => ReactNode
}

/** What was asked for; until it is there the place that it will take, or why it is not. */
export function Loaded<Data>({ query, lines, children }: LoadedProps<Data>) {
  if (query.data !== undefined) return children(query.data)
  if (query.error === null) return <Skeleton lines={lines} />
  const again = () => {
    // The button goes now.
    document.querySelector('h1')?.focus()
    void query.refetch()
  }
  return (
    <>
      <Fault>{inWords(query.error)}</Fault>
      <button type="button" onClick={again}>
        {say('tryAgain')}
      </button>
    </>
  )
}

function Skeleton({ lines }: { readonly lines: number }) {
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">{say('loading')}</span>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <div key={line} aria-hidden="true" />
      ))}
    </div>
  )
}

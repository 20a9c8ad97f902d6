import {
  type InfiniteData,
  type UseInfiniteQueryResult,
  useInfiniteQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { ask } from '../../api/ask.js'

/** What a list of the server's answers: as much as it sends at a time. */
export interface ListPage<Item> {
  readonly items: readonly Item[]
  readonly next_cursor: string | null
}

export type Filters = Readonly<Record<string, string | undefined>>

export type List<Item> = UseInfiniteQueryResult<InfiniteData<ListPage<Item>>>

/**
 * A list of the server's, page after page.
 *
 * @param path below the server's own: `admin/users`
 * @param filters those that are undefined or empty are not asked for
 */
export function useList<Item>(path: string, filters: Filters = {}): List<Item> {
  return useInfiniteQuery({
    queryKey: [path, filters],
    queryFn: ({ pageParam, signal }) => readPage<Item>(path, filters, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
  })
}

export async function readPage<Item>(
  path: string,
  filters: Filters,
  cursor: string,
  signal?: AbortSignal,
): Promise<ListPage<Item>> {
  const query = queryOf({ ...filters, cursor })
  return (await ask('GET', `${path}${query}`, { ...(signal && { signal }) })).json()
}

/** With its question mark; nothing where nothing is asked for. */
export function queryOf(filters: Filters): string {
  const given = Object.entries(filters).flatMap(([name, value]) => (value ? [[name, value]] : []))
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
}

/** Takes out of a list what is not there any more, without asking for it all again. */
export function useForget<Item>(path: string): (is: (item: Item) => boolean) => void {
  const queryClient = useQueryClient()
  return (is) => {
    queryClient.setQueriesData<InfiniteData<ListPage<Item>>>({ queryKey: [path] }, (list) =>
      list === undefined ? list : { ...list, pages: list.pages.map((page) => without(page, is)) },
    )
  }
}

function without<Item>(page: ListPage<Item>, is: (item: Item) => boolean): ListPage<Item> {
  return { ...page, items: page.items.filter((item) => !is(item)) }
}

import { useInfiniteQuery } from '@tanstack/react-query'
import { ask } from '../../api/ask.js'
import { type Filters, type List, readPage } from './pages.js'

/** A user as admins see them. */
export interface FullUser {
  readonly id: string
  readonly username: string
  readonly email: string | null
  readonly email_verified: boolean
  readonly disabled: boolean
  readonly scopes: readonly string[]
  readonly created_at: string
}

export const usersPath = 'admin/users'

/** Users page after page; what is shown stays until what is asked for next is there. */
export function useUsers(filters: Filters): List<FullUser> {
  return useInfiniteQuery({
    queryKey: [usersPath, filters],
    queryFn: ({ pageParam, signal }) => readPage<FullUser>(usersPath, filters, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
    placeholderData: (before) => before,
    // A search through all may be a hundred pages: coming back to the tab is no reason for another.
    refetchOnWindowFocus: false,
    staleTime: 30_000,
  })
}

export interface NewUser {
  readonly username: string
  readonly email?: string
  readonly scopes: readonly string[]
}

/** Who has an address chooses a password by a link that is mailed there. */
export async function addUser(user: NewUser): Promise<FullUser> {
  return (await ask('POST', usersPath, { body: user })).json()
}

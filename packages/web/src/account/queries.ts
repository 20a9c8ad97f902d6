import type { User } from '@latchkey/client'
import { QueryClient, useQuery } from '@tanstack/react-query'
import { listSessions, readAccount } from '../api/account.js'
import { Problem } from '../api/problem.js'

export const accountKey = ['account'] as const
export const sessionsKey = ['sessions'] as const

export function useAccount() {
  return useQuery({ queryKey: accountKey, queryFn: readAccount })
}

export function useSessions() {
  return useQuery({ queryKey: sessionsKey, queryFn: listSessions })
}

/** What has been asked for somebody. The next to sign in begins with nothing, in whichever tab they do. */
export function queriesOf(user: User): QueryClient {
  const there = all.get(user)
  if (there !== undefined) return there
  const made = new QueryClient({ defaultOptions })
  all.set(user, made)
  return made
}

const all = new WeakMap<User, QueryClient>()

const defaultOptions = {
  // What the server answers to a question it does again; a lost connection or a busy server may pass.
  queries: {
    retry: (count: number, error: unknown) => count < 2 && mayPass(error),
    networkMode: 'always',
  },
} as const

function mayPass(error: unknown): boolean {
  return error instanceof Problem ? error.status === 503 : error instanceof TypeError
}

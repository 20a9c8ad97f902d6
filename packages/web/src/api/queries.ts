import type { User } from '@latchkey/client'
import { QueryClient } from '@tanstack/react-query'
import { Problem } from './problem.js'

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

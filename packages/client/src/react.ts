import { useCallback, useSyncExternalStore } from 'react'
import type { Client, User } from './client.js'

/** What a component knows of the session. */
export interface SessionState {
  readonly user: User | undefined
  /** False until the session of an earlier visit has been looked for, and where a server renders. */
  readonly isReady: boolean
}

/** Who is signed in. The component is rendered again when that changes, in whichever tab. */
export function useSession(client: Client): SessionState {
  const subscribe = useCallback(
    (changed: () => void) =>
      client.onChange(() => {
        known.add(client)
        changed()
      }),
    [client],
  )
  const user = useSyncExternalStore(
    subscribe,
    () => client.user,
    () => undefined,
  )
  const isReady = useSyncExternalStore(
    subscribe,
    () => known.has(client),
    () => false,
  )
  return { user, isReady }
}

/** Clients that have told who is signed in. */
const known = new WeakSet<Client>()

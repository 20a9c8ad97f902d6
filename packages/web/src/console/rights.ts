import type { User } from '@latchkey/client'
import { useSession } from '@latchkey/client/react'
import { client } from '../session/client.js'

/** Whoever may be here: an admin whose session was opened for it. */
export function useAdmin(): User | undefined {
  const { user } = useSession(client)
  return user?.scopes.includes('admin') ? user : undefined
}

/**
 * Opens a session for administering and for one's own account, which the account pages share.
 *
 * @throws AuthError `refused` for whom has not the scope `admin`, among others
 */
export function signInAsAdmin(username: string, password: string): Promise<void> {
  return client.login({ username, password, scope: 'account admin' })
}

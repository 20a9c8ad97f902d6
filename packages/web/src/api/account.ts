/** What a signed-in user does with their account: the public routes, called by the public client. */

import { ask as send } from './ask.js'
import { Problem } from './problem.js'

export interface Account {
  readonly id: string
  readonly username: string
  readonly email: string | null
  readonly email_verified: boolean
  readonly created_at: string
}

export interface Session {
  readonly id: string
  readonly current: boolean
  readonly address: string | null
  readonly user_agent: string | null
  readonly created_at: string
  readonly last_used_at: string
}

/** What has to be shown who one is, where the sign-in is some time ago. */
export interface Confirmation {
  readonly current_password?: string
}

export async function readAccount(): Promise<Account> {
  return (await ask('GET', 'users/me')).json()
}

/** The address counts when the link that is sent there has been used. */
export async function changeAddress(email: string, by: Confirmation): Promise<void> {
  await ask('PATCH', 'users/me', { email, ...by })
}

/** All other sessions end. */
export async function changePassword(password: string, by: Confirmation): Promise<void> {
  await ask('POST', 'users/me/password', { new_password: password, ...by })
}

export async function listSessions(): Promise<Session[]> {
  const all: Session[] = []
  let cursor: string | null = ''
  while (cursor !== null && all.length < mostShown) {
    const query: string = cursor === '' ? '' : `?cursor=${encodeURIComponent(cursor)}`
    const page: SessionPage = await (await ask('GET', `users/me/sessions${query}`)).json()
    all.push(...page.items)
    cursor = page.next_cursor
  }
  return all
}

/** Nobody reads more; "everywhere" ends the others too. */
const mostShown = 500

interface SessionPage {
  readonly items: readonly Session[]
  readonly next_cursor: string | null
}

export async function signOutThere(id: string, by: Confirmation): Promise<void> {
  try {
    await ask('DELETE', `users/me/sessions/${encodeURIComponent(id)}`, by)
  } catch (error) {
    // Somebody was faster, or it came to its end.
    if (!(error instanceof Problem) || error.status !== 404) throw error
  }
}

export async function signOutEverywhere(by: Confirmation): Promise<void> {
  await ask('DELETE', 'users/me/sessions', by)
}

export async function exportData(): Promise<Blob> {
  return (await ask('GET', 'users/me/export')).blob()
}

/** For good. */
export async function deleteAccount(by: Confirmation): Promise<void> {
  await ask('POST', 'users/me/deletion', by)
}

function ask(method: string, path: string, body?: object): Promise<Response> {
  return send(method, path, { ...(body && { body }) })
}

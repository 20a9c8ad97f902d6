/** What can be asked of the server without being signed in. */

import { serverUrl } from '../session/client.js'
import { checked } from './problem.js'

export interface NewUser {
  readonly username: string
  readonly password: string
  readonly email?: string
  readonly invitation?: string
}

export async function register(user: NewUser): Promise<void> {
  await send('POST', 'users', user)
}

export async function makeFirstAdmin(user: Omit<NewUser, 'invitation'>, token: string) {
  await send('POST', 'first-admin', { ...user, token })
}

/** Answers the same whoever's the address is. */
export async function requestReset(email: string): Promise<void> {
  await send('POST', 'password-resets', { email })
}

export async function resetPassword(token: string, password: string): Promise<void> {
  await send('PUT', 'password-resets', { token, password })
}

export async function requestVerification(email: string): Promise<void> {
  await send('POST', 'email-verifications', { email })
}

export async function verifyAddress(token: string): Promise<void> {
  await send('PUT', 'email-verifications', { token })
}

export interface Rating {
  readonly score: 0 | 1 | 2 | 3 | 4
  readonly acceptable: boolean
  readonly reason: string | null
  readonly suggestions: readonly string[]
}

export async function ratePassword(
  question: { readonly password: string; readonly username?: string; readonly email?: string },
  signal: AbortSignal,
): Promise<Rating> {
  return (await send('POST', 'password-strength', question, signal)).json()
}

async function send(method: string, path: string, body: object, signal?: AbortSignal) {
  const response = await fetch(serverUrl + path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    credentials: 'omit',
    redirect: 'error',
    signal: signal ?? AbortSignal.timeout(patience),
  })
  return checked(response)
}

/** Milliseconds. */
const patience = 30_000

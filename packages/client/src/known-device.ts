/**
 * What the server knows this device by at its next sign-in, so that others who guess at the user's password don't keep
 * them waiting. It opens nothing, and stays after a sign-out. Without it everything goes on.
 */

import { within } from './deadline.js'
import type { SessionStorage } from './storage.js'

const header = 'latchkey-device'

/** To be sent with a sign-in. */
export async function deviceHeaders(storage: SessionStorage): Promise<Record<string, string>> {
  const token = await attempt(async () => storage.read())
  return token && /^[\w-]+$/.test(token) ? { [header]: token } : {}
}

/** An answer without one takes none away. */
export async function keepDevice(storage: SessionStorage, answer: Headers): Promise<void> {
  const token = answer.get(header)
  if (token) await attempt(async () => storage.write(token))
}

/** A storage on its way to nowhere must not keep a sign-in waiting. */
function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  return within(2_000, work()).catch(() => undefined)
}

/** The few rows that the calls need. */

import { openStore } from '../../src/store/open.js'
import type { Known } from './calls.js'
import { client, entry, session, user } from './rows.js'

/** Makes the tables of a new database, and those rows. */
export async function makeKnown(url: string): Promise<Known> {
  const store = await openStore(url)
  try {
    const now = await store.changes.now()
    const email_key = 'ann@example.com'
    const owner = user({ username: 'ann', email: email_key, email_key, email_verified: 1 })
    const opened = [session(owner.id), session(owner.id), session(owner.id)] as const
    const registered = client()
    await store.users.create(owner, 'hash', entry())
    await store.clients.create(registered, undefined, entry())
    for (const each of opened) await store.sessions.open(each, owner.scopes, entry())
    const [first, second, third] = opened
    return {
      user: { ...owner, email_key },
      sessions: [first.id, second.id, third.id],
      clientId: registered.id,
      now,
    }
  } finally {
    await store.close()
  }
}

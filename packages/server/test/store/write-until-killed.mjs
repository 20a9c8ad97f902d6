/**
 * A process that writes sessions, each with its audit entry, several at a time and without end.
 * Prints the id of each session as soon as its write is acknowledged.
 */

import { randomUUID } from 'node:crypto'
import { writeSync } from 'node:fs'
import { openStore } from '../../dist/store/open.js'

const [, , url, userId] = process.argv
const store = await openStore(url)
const at = Date.now()

async function writeForever() {
  for (;;) {
    const id = randomUUID()
    await store.sessions.open(session(id), '', entry(id))
    writeSync(1, `${id}\n`)
  }
}

const session = (id) => ({
  id,
  user_id: userId,
  client_id: 'first-party',
  scope: null,
  counter: 0,
  epoch: 0,
  rotated_at: null,
  password_at: null,
  address: null,
  user_agent: null,
  amr: 'pwd',
  authenticated_at: at,
  created_at: at,
  last_used_at: at,
  ended_at: null,
  ended_why: null,
})

const entry = (sessionId) => ({
  id: randomUUID(),
  at,
  event: 'signed_in',
  user_id: userId,
  session_id: sessionId,
  client_id: null,
  actor: 'system',
  address: null,
  request_id: null,
  detail: null,
})

await Promise.all(Array.from({ length: 8 }, writeForever))

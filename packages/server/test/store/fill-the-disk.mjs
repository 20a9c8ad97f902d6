/** A process that writes until its file may not grow any more, then reads what it wrote. Prints what happened. */

import { randomUUID } from 'node:crypto'
import { openStore } from '../../dist/store/open.js'

const store = await openStore(process.argv[2])

async function writeUntilRefused() {
  for (let written = 0; ; written++) {
    const refusal = await store.audit.append(entry()).then(
      () => undefined,
      (error) => error,
    )
    if (refusal) return { refusal: refusal.code ?? String(refusal), written }
  }
}

const entry = () => ({
  id: randomUUID(),
  at: Date.now(),
  event: 'tested',
  user_id: null,
  session_id: null,
  client_id: null,
  actor: 'system',
  address: null,
  request_id: null,
  detail: 'x'.repeat(1_000),
})

const outcome = await writeUntilRefused()
const { rows } = await store.audit.list({ limit: 100_000 })
console.log(JSON.stringify({ ...outcome, readable: rows.length }))
await store.close()

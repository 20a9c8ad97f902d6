/** Contract, section 6: the audit log as one answer, however long it is. */

import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { auditedServer, fill } from './audit-log.js'
import { CountedReads } from './counted-reads.js'
import { newUrl } from './databases.js'
import { listen } from './raw-http.js'
import { signedIn } from './token-requests.js'

const pages = 50
const entries = pages * 200

it('J04 an export goes no faster than it is read, lets others in between, and ends when its reader does', async () => {
  const reads = new CountedReads('(seal, at, id) >')
  const server = await auditedServer(await newUrl('SQLite'), {}, reads.around)
  await server.addUser({ username: 'root', scopes: ['admin'] })
  const { access_token: token } = await signedIn(server, { username: 'root', scope: 'admin' })
  // Ten pages are larger than what the system takes for a reader who does not read.
  const detail = JSON.stringify({ text: 'x'.repeat(4_000) })
  await fill(server, entries, () => ({ event: 'filled', detail }))
  for (let run = 0; run < 2; run++) await server.seal()

  const url = `http://127.0.0.1:${await listen(server.app)}/admin/audit/export`
  const headers = { authorization: `Bearer ${token}` }
  const whole = async () => {
    const before = reads.all
    let lines = 0
    for await (const part of await answerOf(url, headers)) {
      for (const byte of part) if (byte === newline) lines += 1
    }
    return { lines, read: reads.all - before }
  }

  const idle = await answerOf(url, headers)
  expect(idle.statusCode).toBe(200)
  const beside = await whole()
  expect(beside.lines).toBeGreaterThan(entries)
  // The one that was read through takes a page more than are full; the rest is the idle one's.
  const aheadOfReader = reads.all - (pages + 1)
  expect(aheadOfReader).toBeLessThan(pages / 2)

  // By the end of one more the server has noticed that the idle one has gone.
  idle.destroy()
  await whole()
  reads.mostInATurn = 0
  expect((await whole()).read).toBe(pages + 1)
  // Whatever else is asked is answered between two pages.
  expect(reads.mostInATurn).toBe(1)
}, 60_000)

const newline = '\n'.charCodeAt(0)

async function answerOf(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const [answer] = await once(get(url, { headers, agent: false }), 'response')
  return answer
}

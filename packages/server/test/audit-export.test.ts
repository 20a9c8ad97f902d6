/** Contract, section 6: the audit log as one answer, however long it is. */

import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import type { Database } from '../src/store/database.js'
import { auditedServer, fill } from './audit-log.js'
import { newUrl } from './databases.js'
import { listen } from './raw-http.js'
import { signedIn } from './token-requests.js'

const pages = 10
const entries = pages * 1_000

it('J04 an export goes no faster than it is read, and ends when its reader does', async () => {
  let read = 0
  const counting = (database: Database) =>
    new Proxy(database, {
      get(target, name) {
        if (name === 'readStale') {
          return (query: Parameters<Database['readStale']>[0]) => {
            if (query.sql.includes('(seal, at, id) >')) read += 1
            return target.readStale(query)
          }
        }
        const value = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  const server = await auditedServer(await newUrl('SQLite'), {}, counting)
  await server.addUser({ username: 'root', scopes: ['admin'] })
  const { access_token: token } = await signedIn(server, { username: 'root', scope: 'admin' })
  // Each page is larger than half of what the system takes for a reader who does not read.
  const detail = JSON.stringify({ text: 'x'.repeat(4_000) })
  await fill(server, entries, () => ({ event: 'filled', detail }))
  for (let run = 0; run < 2; run++) await server.seal()

  const url = `http://127.0.0.1:${await listen(server.app)}/admin/audit/export`
  const headers = { authorization: `Bearer ${token}` }
  const whole = async () => {
    const before = read
    let lines = 0
    for await (const part of await answerOf(url, headers)) {
      for (const byte of part) if (byte === newline) lines += 1
    }
    return { lines, read: read - before }
  }

  const idle = await answerOf(url, headers)
  expect(idle.statusCode).toBe(200)
  const beside = await whole()
  expect(beside.lines).toBeGreaterThan(entries)
  // The one that was read through takes a page more than are full; the rest is the idle one's.
  const aheadOfReader = read - (pages + 1)
  expect(aheadOfReader).toBeLessThan(pages / 2)

  // By the end of one more the server has noticed that the idle one has gone.
  idle.destroy()
  await whole()
  expect((await whole()).read).toBe(pages + 1)
}, 60_000)

const newline = '\n'.charCodeAt(0)

async function answerOf(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const [answer] = await once(get(url, { headers, agent: false }), 'response')
  return answer
}

/** While no password can be hashed in time, everything else goes on. */

import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { HashPool } from '../src/core/passwords/hash-pool.js'
import { databases } from './databases.js'
import { alice, doors, type TestServer, testServer } from './test-server.js'
import { addClient, basic, send, signedIn } from './token-requests.js'

/** A pool whose one thread never answers, in place of the server's own; its line is full. */
async function saturate({ latchkey }: TestServer): Promise<void> {
  const neverAnswers = new URL('data:text/javascript,setInterval(() => {}, 1e9)')
  const pool = new HashPool({ workers: 1, queue: 1, program: neverAnswers })
  const own = { run: latchkey.hashPool.run, admit: latchkey.hashPool.admit }
  latchkey.hashPool.run = pool.run.bind(pool)
  latchkey.hashPool.admit = pool.admit.bind(pool)
  onTestFinished(async () => {
    Object.assign(latchkey.hashPool, own)
    await pool.close()
  })
  for (let nth = 0; nth < 2; nth++) {
    const task = { do: 'make', choice: { format: 'bcrypt', cost: 10 }, password: 'a' } as const
    const turn = { network: `192.0.2.${nth}`, name: 'a' }
    void pool.admit(turn, () => pool.run(task, 0, turn)).catch(() => {})
  }
}

for (const database of databases) {
  describe(`while sign-ins wait, on ${database.name}`, () => {
    it('J04 keys, lists, introspection, revocation, refreshes, records and health are answered', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser()
      const asker = basic('asker', await addClient(server, 'asker', { grants: ['password'] }))
      const { access_token: token, refresh_token } = await signedIn(server)
      await saturate(server)
      const paths = ['/.well-known/jwks.json', '/status-lists', '/healthz', '/readyz', '/metrics']
      for (const path of paths) {
        expect([path, (await server.app.inject(path)).statusCode]).toEqual([path, 200])
      }
      expect((await server.get('/users/me', token)).statusCode).toBe(200)
      expect((await server.get('/items/', token)).statusCode).toBe(200)
      const refreshing = { grant_type: 'refresh_token', refresh_token }
      expect((await server.postForm('/oauth/token', refreshing)).statusCode).toBe(200)
      expect((await send(server, '/introspect', { token }, asker)).statusCode).toBe(200)
      expect((await server.postForm('/revoke', { token })).statusCode).toBe(200)
    })

    it('J03 others are sent away before anything is read, counted or written for them', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser()
      await saturate(server)
      const { attempts, users, audit } = server.latchkey.store
      const calls = [
        vi.spyOn(attempts, 'count'),
        vi.spyOn(users, 'findForSignIn'),
        vi.spyOn(audit, 'append'),
      ]
      onTestFinished(() => void vi.restoreAllMocks())
      for (const door of doors) {
        for (const username of [alice.username, 'nobody']) {
          const answer = await server.postForm(door, { ...alice, username })
          expect(answer.statusCode).toBe(503)
          expect(answer.json().error).toBe('temporarily_unavailable')
          expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1)
        }
      }
      for (const call of calls) expect(call).not.toHaveBeenCalled()
    })
  })
}

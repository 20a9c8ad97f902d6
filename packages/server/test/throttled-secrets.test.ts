/** Checklist H03: whatever checks a secret counts, by the same limits as a sign-in. */

import type { InjectOptions } from 'fastify'
import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { entry, mail } from './store/rows.js'
import { alice, type TestServer, testServer } from './test-server.js'
import { addClient, basic, refreshed, send, sendJson, signedIn } from './token-requests.js'

const afar = '203.0.113.7'
const minutes = 60_000
const fresh = 'a wholly other sentence'

for (const database of databases) {
  describe(`secrets on ${database.name}`, () => {
    async function served(settings = {}) {
      const server = await testServer({ databaseUrl: await database.url(), ...settings })
      await server.addUser()
      return server
    }

    it.for([
      ['POST', '/users/me/password', { new_password: fresh }],
      ['DELETE', '/users/me', {}],
      ['POST', '/users/me/deletion', {}],
      ['PATCH', '/users/me', { email: 'alice@example.com' }],
      ['DELETE', '/users/me/sessions', {}],
    ] as const)(
      'H03 the current password for %s %s counts as a sign-in does',
      async ([method, url, body]) => {
        const server = await served()
        const { access_token: token } = await signedIn(server)
        const confirm = (current_password: string) =>
          sendJson(server, method, url, token, { ...body, current_password })
        const before = server.latchkey.passwords.hashed
        for (let times = 0; times < 4; times++) {
          expect((await confirm('not the password')).statusCode).toBe(401)
          await send(server, '/token', { ...alice, password: 'not the password' })
        }
        await confirm('not the password')
        await confirm('not the password')
        const refused = await confirm(alice.password)
        expect(refused.statusCode).toBe(429)
        expect(refused.headers['retry-after']).toMatch(/^[12]$/)
        expect(refused.json()).toMatchObject({ status: 429, title: 'Too Many Requests' })
        expect((await send(server, '/token', alice)).statusCode).toBe(429)
        expect(server.latchkey.passwords.hashed - before).toBe(10)
        server.pass(5000)
        expect((await confirm(alice.password)).statusCode).toBeLessThan(300)
      },
    )

    it('a current password that is right counts nothing', async () => {
      const server = await served()
      const { access_token: token } = await signedIn(server)
      const body = { current_password: alice.password, email: 'alice@example.com' }
      for (let times = 0; times < 12; times++) {
        expect((await sendJson(server, 'PATCH', '/users/me', token, body)).statusCode).toBe(200)
      }
      expect((await send(server, '/token', alice)).statusCode).toBe(200)
    })

    it.for(['/token', '/oauth/token', '/revoke', '/introspect'])(
      'D07 H03 wrong client secrets at %s are slowed, and the right one never waits',
      async (url) => {
        const server = await served()
        const secret = await addClient(server, 'app', { grants: ['client_credentials'] })
        const ask = (given: string) =>
          send(server, url, { grant_type: 'client_credentials', token: 'x' }, basic('app', given))
        for (let times = 0; times < 10; times++) expect((await ask('wrong')).statusCode).toBe(401)
        const refused = await ask('wrong')
        expect(refused.statusCode).toBe(429)
        expect(refused.headers['retry-after']).toMatch(/^[12]$/)
        expect(refused.json()).toMatchObject({ error: 'too_many_attempts' })
        expect((await ask(secret)).statusCode).toBe(200)
        expect((await ask('wrong')).statusCode).toBe(429)
      },
    )

    it('D07 a client that nobody has registered is slowed as one that there is', async () => {
      const server = await served()
      const answers: number[] = []
      for (let times = 0; times < 11; times++) {
        const fields = { ...alice, client_id: 'nobody', client_secret: 'x' }
        answers.push((await send(server, '/token', fields)).statusCode)
      }
      expect(answers).toEqual([...Array(10).fill(401), 429])
      // Its user is not concerned.
      expect((await send(server, '/token', alice)).statusCode).toBe(200)
    })

    it.for([
      ['PUT', '/password-resets', { password: fresh }],
      ['PUT', '/email-verifications', {}],
      ['POST', '/users', { username: 'bob', password: fresh }],
      ['POST', '/first-admin', { username: 'bob', password: fresh }],
    ] as const)(
      'H03 links that are none are slowed by network at %s %s',
      async ([method, url, body]) => {
        const server = await served({ failuresPerNetwork: '5/1h', registration: 'open' })
        const field = url === '/users' ? 'invitation' : 'token'
        const answers: number[] = []
        for (let times = 0; times < 6; times++) {
          const answer = await from(server, afar, method, url, { ...body, [field]: `none${times}` })
          answers.push(answer.statusCode)
        }
        expect(answers).toEqual([...Array(5).fill(400), 429])
        const other = await from(server, '203.0.113.8', method, url, { ...body, [field]: 'none' })
        expect(other.statusCode).toBe(400)
      },
    )

    it('a link that is good is good while its network is slowed', async () => {
      const server = await served({ failuresPerNetwork: '5/1h' })
      await server.addUser({ username: 'bob', email: 'bob@example.com', emailVerified: true })
      const user = await server.latchkey.users.get('bob')
      const { row, url } = server.latchkey.oneTimeLinks.make('reset_password', {
        userId: user.id,
        email: 'bob@example.com',
      })
      const { store } = server.latchkey
      const unit = { link: { ...row, user_id: user.id }, mail: mail(), event: entry() }
      expect(await store.mailedLinks.send(unit)).toBe(true)
      const use = (token: string) =>
        from(server, afar, 'PUT', '/password-resets', { token, password: fresh })
      for (let times = 0; times < 6; times++) await use('none')
      expect((await use('none')).statusCode).toBe(429)
      expect((await use(new URL(url).hash.slice('#token='.length))).statusCode).toBe(204)
    })

    it.for([
      ['/password-resets', { email: 'a@example.com' }, 202],
      ['/email-verifications', { email: 'a@example.com' }, 202],
    ] as const)(
      'H08 asks of one network for mails at %s are bounded, known address or not',
      async ([url, body, status]) => {
        const server = await served({ mailsPerNetwork: '4/1h' })
        await server.addUser({ username: 'known', email: 'a@example.com', emailVerified: true })
        const answers: number[] = []
        for (let times = 0; times < 6; times++) {
          const email = times % 2 === 0 ? body.email : `nobody${times}@example.com`
          answers.push((await from(server, afar, 'POST', url, { email })).statusCode)
        }
        expect(answers).toEqual([...Array(4).fill(status), 429, 429])
        server.pass(16 * minutes)
        expect((await from(server, afar, 'POST', url, body)).statusCode).toBe(status)
        expect((await from(server, '203.0.113.8', 'POST', url, body)).statusCode).toBe(status)
      },
    )

    it('new accounts from one network are bounded', async () => {
      const server = await served({ mailsPerNetwork: '3/1h', registration: 'open' })
      const answers: number[] = []
      for (let times = 0; times < 4; times++) {
        const body = { username: `new${times}`, password: fresh }
        answers.push((await from(server, afar, 'POST', '/users', body)).statusCode)
      }
      expect(answers).toEqual([201, 201, 201, 429])
    })

    it('a refresh is never slowed, whoever guesses passwords', async () => {
      const server = await served({ failuresPerNetwork: '5/1h', failuresOverall: '20/10m' })
      const { refresh_token } = await signedIn(server)
      for (let times = 0; times < 30; times++) {
        await send(server, '/token', { ...alice, username: `u${times}`, password: 'wrong' })
      }
      expect((await send(server, '/token', alice)).statusCode).toBe(429)
      await refreshed(server, refresh_token)
    })
  })
}

function from(
  server: TestServer,
  remoteAddress: string,
  method: NonNullable<InjectOptions['method']>,
  url: string,
  payload: object,
) {
  return server.app.inject({ method, url, remoteAddress, payload })
}

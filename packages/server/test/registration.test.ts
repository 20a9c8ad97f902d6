/** Contract, section 6: `POST /users`. */

import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Refusal } from '../src/errors.js'
import { databases } from './databases.js'
import { tokenOf } from './mails.js'
import { type OutboxServer, outboxServer } from './outbox-server.js'
import { sharedServer, type TestServer, testServer } from './test-server.js'
import { type Answer, entries, signedIn } from './token-requests.js'

const password = 'correct horse battery'
const bob = { username: 'bob', password, email: 'bob@example.com' }

function register(server: TestServer, body: object | string, headers = {}): Promise<Answer> {
  return server.app.inject({
    method: 'POST',
    url: '/users',
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

/** What users are given of what is kept about them, but for what differs between any two. */
async function exported(server: TestServer, token: string): Promise<object> {
  const { audit, mails } = (await server.get('/users/me/export', token)).json()
  const events = audit.map(({ event, detail }: Record<string, unknown>) => ({ event, detail }))
  return { events, mails }
}

async function userCount(server: TestServer): Promise<number> {
  return (await server.latchkey.users.list({ limit: 100 })).rows.length
}

for (const database of databases) {
  describe(`POST /users on ${database.name}`, () => {
    async function open(settings = {}): Promise<OutboxServer> {
      return outboxServer({
        databaseUrl: await database.url(),
        registration: 'open',
        ...settings,
      })
    }

    it('makes a user, who signs in at once and has proved no address yet', async () => {
      const { server, mails } = await open({ newUserScopes: 'items:read' })
      const answer = await register(server, { ...bob, username: 'Bob' })
      expect(answer.statusCode).toBe(201)
      expect(answer.headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      })
      const record = answer.json()
      expect(record).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        username: 'Bob',
        email: 'bob@example.com',
        email_verified: false,
        disabled: false,
        scopes: ['account', 'items:read'],
        metadata: {},
        created_at: expect.stringMatching(/Z$/),
      })
      const { access_token: token } = await signedIn(server, { username: 'BOB' })
      expect((await server.get('/users/me', token)).json()).toEqual(record)
      const byAddress = await server.postForm('/token', { username: bob.email, password })
      expect(byAddress.statusCode).toBe(401)

      const [mail, ...others] = await mails()
      expect(others).toEqual([])
      expect(mail).toMatchObject({ kind: 'email_verification', address: bob.email })
      expect(mail?.values.url).toMatch(
        /^http:\/\/127\.0\.0\.1:8000\/account\/verify-email#token=[\w-]{43}$/,
      )
      const link = await server.latchkey.oneTimeLinks.find('verify_email', tokenOf(mail), {
        actor: 'test',
      })
      expect(link).toMatchObject({ user_id: record.id, email: bob.email })
      expect(await entries(server, 'user_created')).toMatchObject([
        { user_id: record.id, actor: `user:${record.id}`, address: '127.0.0.1' },
      ])
    })

    it('needs no address, and sends no mail then', async () => {
      const { server, mails } = await open()
      const answer = await register(server, { username: 'bob', password })
      expect(answer.json()).toMatchObject({ email: null, email_verified: false })
      expect(await mails()).toEqual([])
    })

    it('H09 gives a name once, however it is written', async () => {
      const { server } = await open()
      expect((await register(server, bob)).statusCode).toBe(201)
      for (const username of ['bob', 'BOB', 'ｂｏｂ']) {
        const taken = await register(server, { username, password, email: 'b@example.com' })
        expect(taken.statusCode).toBe(409)
        expect(taken.json().detail).toBe('That username is taken')
      }
      expect(await userCount(server)).toBe(1)
    })

    it('M06 makes one of those who want a name at the same time', async () => {
      const { server, mails } = await open()
      const answers = await Promise.all(
        ['bob', 'BOB', 'Bob'].map((username) => register(server, { ...bob, username })),
      )
      expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([201, 409, 409])
      expect(await userCount(server)).toBe(1)
      expect(await mails()).toHaveLength(1)
    })

    it('H08 answers alike, after the same work, whether the address is known or not', async () => {
      const { server, mails, units } = await open()
      await server.addUser({ username: 'owner', email: 'Known@example.com', emailVerified: true })
      await register(server, { username: 'first', password })
      units()
      const seen = []
      for (const [username, email] of [
        ['mallo1', 'fresh@example.com'],
        ['mallo2', 'known@example.com'],
      ] as const) {
        const before = server.latchkey.passwords.hashed
        units()
        const { statusCode, headers, body } = await register(server, { username, password, email })
        const hashed = server.latchkey.passwords.hashed - before
        const written = units().filter((unit) => unit.some((sql) => /into "users"/.test(sql)))
        const { date: _, ...same } = headers
        server.pass(1_000)
        // What one finds out afterwards, too.
        const { access_token: token } = await signedIn(server, { username })
        const me = (await server.get('/users/me', token)).json()
        expect(me).toEqual(JSON.parse(body))
        const again = (await register(server, { username, password, email })).statusCode
        const record = { ...me, id: '', username: '', email: '', created_at: '' }
        const owned = await exported(server, token)
        seen.push({ statusCode, same, hashed, written, record, again, owned })
      }
      expect(seen[1]).toEqual(seen[0])
      expect(seen[0]).toMatchObject({ statusCode: 201, hashed: 1, again: 409 })
      expect(seen[0]?.written).toHaveLength(1)

      const told = (await mails()).map(({ kind, address, values }) => [
        kind,
        address,
        values.username,
      ])
      expect(told.toSorted()).toEqual([
        ['address_known', 'Known@example.com', 'owner'],
        ['email_verification', 'fresh@example.com', 'mallo1'],
      ])
    })

    it('H08 takes an address for a name, and tells its owner alone where it is known', async () => {
      const { server, mails } = await open()
      await server.addUser({ username: 'owner', email: 'known@example.com', emailVerified: true })
      const fresh = await register(server, { username: 'fresh@example.com', password })
      const answers = []
      for (const username of ['known@example.com', 'KNOWN@example.com', 'FRESH@example.com']) {
        answers.push(await register(server, { username, password }))
      }
      for (const answer of answers) {
        expect(answer.statusCode).toBe(201)
        expect(Object.keys(answer.json())).toEqual(Object.keys(fresh.json()))
        expect(answer.json().id).not.toBe(fresh.json().id)
      }
      expect(await userCount(server)).toBe(2)
      const told = (await mails()).map(({ kind, address }) => `${kind} ${address}`)
      expect(told.toSorted()).toEqual([
        'address_known fresh@example.com',
        'address_known known@example.com',
        'address_known known@example.com',
        'email_verification fresh@example.com',
      ])
      const { id } = await server.latchkey.users.get('owner')
      const repeats = (await entries(server, 'address_registered_again')).filter(
        ({ user_id }) => user_id === id,
      )
      expect(repeats).toHaveLength(2)
      // The owner signs in by it as before, and nobody else does.
      await signedIn(server, { username: 'known@example.com' })
    })

    it('does not give again the name of somebody who has left', async () => {
      const { server } = await open()
      for (const username of ['bob', 'bob@example.com']) {
        const { id } = (await register(server, { username, password })).json()
        await server.latchkey.userEdits.remove(id, { actor: 'test' })
        expect((await register(server, { username, password })).statusCode).toBe(409)
      }
    })

    it('I07 takes nothing that is not a newcomer’s to say', async () => {
      const { server } = await open()
      for (const more of [
        { scopes: ['admin'] },
        { scope: 'admin' },
        { id: '0'.repeat(32) },
        { password_hash: 'x' },
        { email_verified: true },
        { disabled: false },
        { admin_metadata: {} },
        { created_at: '2020-01-01T00:00:00Z' },
      ]) {
        const answer = await register(server, { ...bob, ...more })
        expect([more, answer.statusCode]).toEqual([more, 422])
      }
      expect(await userCount(server)).toBe(0)
    })

    it('refuses what no user can be called or reached by, and hashes nothing for it', async () => {
      const { server, mails } = await open()
      const hashed = server.latchkey.passwords.hashed
      for (const wrong of [
        { email: 'bob@example.com\r\nBcc: all@example.com' },
        { email: 'bob@example.com\n' },
        { email: '"bob"@example.com' },
        { email: 'bob@evil.example@example.com' },
        { email: 'Bob <bob@example.com>' },
        { email: 'bob＠example.com' },
        { email: 'bob@ｅxample.com' },
        { email: 'b\u0131ll@example.com' },
        { email: '\u212Aevin@example.com' },
        { email: 'bob\u200B@example.com' },
        { email: 'bob\0@example.com' },
        { email: `${'b'.repeat(250)}@example.com` },
        { email: '' },
        { email: ['bob@example.com'] },
        { email: null },
        { username: '' },
        { username: 'bo\u0007b' },
        { username: 'bob\0' },
        { username: 'b\u202Eob' },
        { username: 'b\u043Eb' },
        { username: ' bob' },
        { username: 'b'.repeat(129) },
        { username: 'first-party' },
        { username: 'victim＠example.com' },
        { username: 'victim@example.com' },
        { username: 7 },
        { password: '' },
        { password: 'short' },
        { password: 'password123' },
        { password: 'x'.repeat(1_025) },
        { password: 'half a surrogate \ud800' },
        { password: {} },
        { invitation: 7 },
      ]) {
        const answer = await register(server, { ...bob, ...wrong })
        expect([wrong, answer.statusCode]).toEqual([wrong, 422])
        expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
      }
      expect(server.latchkey.passwords.hashed).toBe(hashed)
      expect(await userCount(server)).toBe(0)
      expect(await mails()).toEqual([])
    })

    it('G04 refuses the name as a password, and says why', async () => {
      const { server } = await open()
      const answer = await register(server, {
        username: 'a long enough name',
        password: 'A LONG enough name',
      })
      expect(answer.statusCode).toBe(422)
      expect(answer.json().detail).toBe('The password is the username')
    })
  })
}

describe('POST /users', () => {
  const server = sharedServer({ registration: 'open', corsOrigins: 'https://app.example.com' })

  it.each([
    ['{"username":"bob","password":"correct horse battery","__proto__":{"scopes":"admin"}}', 400],
    ['{"username":"bob","password":"correct horse battery","constructor":{"prototype":1}}', 400],
    ['{"username":"bob"}', 422],
    ['[]', 422],
    ['"bob"', 422],
    ['null', 422],
    ['', 400],
    ['{', 400],
    [JSON.stringify({ ...bob, email: `${'b'.repeat(17_000)}@example.com` }), 413],
  ])('refuses %s', async (body, status) => {
    const answer = await register(server(), body)
    expect(answer.statusCode, answer.body).toBe(status)
    expect(await userCount(server())).toBe(1)
  })

  it('takes JSON only', async () => {
    const body = new URLSearchParams(bob).toString()
    expect((await server().post('/users', body)).statusCode).toBe(415)
  })

  it('has no other method', async () => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE'] as const) {
      const answer = await server().app.inject({ method, url: '/users' })
      expect(answer.statusCode).toBe(405)
      expect(answer.headers.allow).toBe('POST')
    }
  })

  it('J03 sends callers away while too many wait for a hash', async () => {
    const full = vi
      .spyOn(server().latchkey.hashPool, 'run')
      .mockRejectedValue(new Refusal('overloaded', { retryAfter: 3 }))
    onTestFinished(() => full.mockRestore())
    const answer = await register(server(), bob)
    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBe('3')
  })

  it('K01 logs and records neither password nor link', async () => {
    const { server: own, mails } = await outboxServer({ registration: 'open' })
    await register(own, bob)
    await register(own, { ...bob, username: 'bob\n' })
    const secrets = [password, tokenOf((await mails())[0])]
    const written = own.log.join('') + JSON.stringify(await entries(own))
    for (const secret of secrets) expect(written).not.toContain(secret)
    expect(written).not.toContain(bob.email)
  })
})

describe('registration that is not open', () => {
  it.each([
    [{}, 'Registration is closed'],
    [{ registration: 'closed' }, 'Registration is closed'],
    [{ registration: 'invitation' }, 'Registration needs an invitation'],
  ])('is refused, whatever is sent: %j', async (settings, reason) => {
    const server = await testServer(settings)
    for (const body of [bob, { ...bob, password: 'short' }]) {
      const answer = await register(server, body)
      expect(answer.statusCode).toBe(403)
      expect(answer.json().detail).toBe(reason)
    }
    expect(await userCount(server)).toBe(0)
  })
})

/** Contract, section 6: `POST` and `PUT /password-resets`, and how an admin starts one. */

import { describe, expect, it, vi } from 'vitest'
import { KeyWrap } from '../src/core/key-wrap.js'
import type { Database } from '../src/store/database.js'
import { databases } from './databases.js'
import { mailsOf, tokenOf } from './mails.js'
import { issuer, type TestServer, testServer } from './test-server.js'
import {
  type Answer,
  claimsOf,
  dead,
  entries,
  guardedStatuses,
  refresh,
  sendJson,
  signedIn,
} from './token-requests.js'

const url = '/password-resets'
const email = 'alice@example.com'
const old = 'correct horse battery'
const other = 'a wholly other sentence'
const minute = 60_000

function sendBody(
  server: TestServer,
  method: 'POST' | 'PUT',
  path: string,
  payload: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return server.app.inject({ method, url: path, payload, headers })
}

function ask(server: TestServer, address = email, headers: Record<string, string> = {}) {
  return sendBody(server, 'POST', url, { email: address }, headers)
}

function reset(server: TestServer, token: string, password = other) {
  return sendBody(server, 'PUT', url, { token, password })
}

/** Asks for a link. @returns the token of the one that was sent last */
async function linkFor(server: TestServer, address = email): Promise<string> {
  server.pass(1)
  expect((await ask(server, address)).statusCode).toBe(202)
  const mail = (await mailsOf(server, 'password_reset')).at(-1)
  return mail === undefined ? '' : tokenOf(mail)
}

function signIn(server: TestServer, password: string) {
  return server.postForm('/token', { username: 'alice', password })
}

for (const database of databases) {
  describe(`${url} on ${database.name}`, () => {
    async function serverWithAlice(around?: (on: Database) => Database): Promise<TestServer> {
      const server = await testServer({ databaseUrl: await database.url() }, around)
      await server.addUser({ email, emailVerified: true })
      return server
    }

    const linksOver = async (server: TestServer, token: string, why?: string) => {
      const answer = await reset(server, token)
      expect([answer.statusCode, answer.json().detail], why).toEqual([
        400,
        'This link is not good, or not any more: ask for another',
      ])
      expect(answer.headers['content-type']).toContain('application/problem+json')
    }

    it('I01 I03 E13 sets the password by a link, ends all sessions, tells the owner, and signs nobody in', async () => {
      const server = await serverWithAlice()
      const thief = await signedIn(server)
      const token = await linkFor(server, 'ALICE@example.com')
      const [mail] = await mailsOf(server, 'password_reset')
      expect(mail).toEqual({
        kind: 'password_reset',
        address: email,
        values: { username: 'alice', url: `${issuer}/account/reset-password#token=${token}` },
      })
      expect(Buffer.from(token, 'base64url')).toHaveLength(32)

      const answer = await reset(server, token)
      expect([answer.statusCode, answer.body]).toEqual([204, ''])
      expect(answer.headers).not.toHaveProperty('set-cookie')
      expect(await guardedStatuses(server, thief.access_token)).toEqual(dead)
      expect((await refresh(server, thief.refresh_token)).statusCode).toBe(400)
      expect((await signIn(server, old)).statusCode).toBe(401)
      expect((await signIn(server, other)).statusCode).toBe(200)
      expect(await mailsOf(server, 'password_changed')).toEqual([
        { kind: 'password_changed', address: email, values: { username: 'alice' } },
      ])
      const { sub } = claimsOf(thief.access_token)
      expect(await entries(server, 'password_changed')).toMatchObject([
        { user_id: sub, actor: `user:${sub}` },
      ])
      await linksOver(server, token, 'used')
    })

    it('I01 M06 lets one of two win who use a link at once', async () => {
      const server = await serverWithAlice()
      for (let round = 0; round < 5; round++) {
        const token = await linkFor(server)
        const passwords = [`${other} one ${round}`, `${other} two ${round}`]
        const answers = await Promise.all(passwords.map((one) => reset(server, token, one)))
        expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([204, 400])
        const winner = passwords[answers.findIndex(({ statusCode }) => statusCode === 204)] ?? ''
        expect((await signIn(server, winner)).statusCode).toBe(200)
        server.pass(61 * minute)
      }
      expect(await entries(server, 'password_changed')).toHaveLength(5)
    })

    it('I01 refuses a link that is over, in one way', async () => {
      const server = await serverWithAlice()
      const late = await linkFor(server)
      server.pass(30 * minute)
      await linksOver(server, late, 'too old')
      const second = await linkFor(server)
      const first = await linkFor(server)
      expect((await reset(server, first)).statusCode).toBe(204)
      await linksOver(server, second, 'one beside it was used')
      for (const never of ['x', 'A'.repeat(43), `${first}A`, 'ü', '\0']) {
        await linksOver(server, never, 'never given')
      }
      await server.addUser({ username: 'bob', email: 'bob@example.com' })
      await sendBody(server, 'POST', '/email-verifications', { email: 'bob@example.com' })
      const [verification] = await mailsOf(server, 'email_verification')
      expect(verification).toBeDefined()
      await linksOver(server, verification ? tokenOf(verification) : '', 'for something else')
    })

    it('I01 makes a link worthless once the password, the address or the state of the user is another', async () => {
      const server = await serverWithAlice()
      const { users, userEdits, emailAddresses } = server.latchkey
      const by = { actor: 'test' }
      const first = await linkFor(server)
      await users.setPassword('alice', 'by an admin, this time', by)
      await linksOver(server, first, 'the password is another')

      const second = await linkFor(server)
      await emailAddresses.change(await users.get('alice'), 'new@example.com', by)
      const [moved] = await mailsOf(server, 'email_verification')
      await emailAddresses.prove(moved ? tokenOf(moved) : '', by)
      await linksOver(server, second, 'the address is another')

      const third = await linkFor(server, 'new@example.com')
      await users.setDisabled('alice', true, by)
      await linksOver(server, third, 'the user is disabled')
      await users.setDisabled('alice', false, by)
      await userEdits.remove((await users.get('alice')).id, by)
      await linksOver(server, third, 'the user has gone')
    })

    it('G01 leaves a link good whose password is refused, and hashes nothing for one that is not', async () => {
      const server = await serverWithAlice()
      const token = await linkFor(server)
      const { passwords } = server.latchkey
      const before = passwords.hashed
      for (const [password, reason] of [
        ['short', /at least 8/],
        ['password123', /many people use/],
        ['x'.repeat(1025), /longer than 1024/],
      ] as const) {
        const answer = await reset(server, token, password)
        expect([answer.statusCode, answer.json().detail]).toEqual([
          422,
          expect.stringMatching(reason),
        ])
      }
      await linksOver(server, 'never given')
      expect(passwords.hashed).toBe(before)
      expect((await reset(server, token)).statusCode).toBe(204)
    })

    it('H08 answers the same, after the same work, whether there is anybody or not', async () => {
      let statements: string[] = []
      let units = 0
      const server = await serverWithAlice((on) =>
        listening(on, (unit, isWrite) => {
          // What goes on by itself, each second, belongs to no request.
          if (!/"(users|links|mails)"/.test(unit.join())) return
          statements.push(...unit)
          if (isWrite) units++
        }),
      )
      await server.addUser({ username: 'carol', email: 'carol@example.com' })
      await server.addUser({ username: 'dan', email: 'dan@example.com', emailVerified: true })
      await server.latchkey.users.setDisabled('dan', true, { actor: 'test' })
      const wraps = vi.spyOn(KeyWrap.prototype, 'wrap')
      const observed = async (address: string) => {
        statements = []
        units = 0
        wraps.mockClear()
        const { hashed } = server.latchkey.passwords
        const { statusCode, body, headers } = await ask(server, address)
        const { date: _, ...kept } = headers
        const hashes = server.latchkey.passwords.hashed - hashed
        return { statusCode, body, kept, statements, units, hashes, wraps: wraps.mock.calls.length }
      }
      try {
        const known = await observed(email)
        expect(known).toMatchObject({ statusCode: 202, body: '', units: 1, wraps: 1 })
        expect(known.statements.length).toBeGreaterThan(4)
        for (const address of ['nobody@example.com', 'carol@example.com', 'dan@example.com']) {
          expect(await observed(address), address).toEqual(known)
        }
        for (let more = 0; more < 4; more++) expect(await observed(email)).toEqual(known)
      } finally {
        wraps.mockRestore()
      }
      const mails = await mailsOf(server)
      expect(mails.map(({ kind, address }) => [kind, address])).toEqual(
        Array(3).fill(['password_reset', email]),
      )
    })

    it('M06 sends an address three links an hour, however many ask at once', async () => {
      const server = await serverWithAlice()
      const all = await Promise.all(Array.from({ length: 8 }, () => ask(server)))
      expect(new Set(all.map(({ statusCode }) => statusCode))).toEqual(new Set([202]))
      expect(await mailsOf(server)).toHaveLength(3)
      server.pass(59 * minute)
      await ask(server)
      expect(await mailsOf(server)).toHaveLength(3)
      server.pass(2 * minute)
      await ask(server)
      expect(await mailsOf(server)).toHaveLength(4)
      expect(await entries(server, 'password_reset_requested')).toHaveLength(10)
    })

    it('I08 is started by an admin, who never sees the link', async () => {
      const server = await serverWithAlice()
      await server.addUser({ username: 'root', scopes: ['admin'] })
      await server.addUser({ username: 'carol', email: 'carol@example.com' })
      const admin = (await signedIn(server, { username: 'root', scope: 'admin' })).access_token
      const session = await signedIn(server)
      const start = async (token: string, name: string) => {
        const { id } = await server.latchkey.users.get(name)
        return sendJson(server, 'POST', `/admin/users/${id}/password-reset`, token)
      }
      const answer = await start(admin, 'alice')
      expect([answer.statusCode, answer.body]).toEqual([202, ''])
      const [mail] = await mailsOf(server, 'password_reset')
      expect(mail).toMatchObject({ address: email, values: { username: 'alice' } })
      const rootId = claimsOf(admin).sub
      expect(await entries(server, 'password_reset_requested')).toMatchObject([
        { actor: `user:${rootId}`, user_id: claimsOf(session.access_token).sub },
      ])
      expect((await server.get('/users/me', session.access_token)).statusCode).toBe(200)
      expect((await start(admin, 'carol')).statusCode).toBe(409)
      expect((await start(session.access_token, 'alice')).statusCode).toBe(403)
      const nobody = await sendJson(server, 'POST', '/admin/users/x/password-reset', admin)
      expect(nobody.statusCode).toBe(404)
      expect((await reset(server, mail ? tokenOf(mail) : '')).statusCode).toBe(204)
      await server.latchkey.users.setDisabled('alice', true, { actor: 'test' })
      expect((await start(admin, 'alice')).statusCode).toBe(409)
      expect(await mailsOf(server, 'password_reset')).toHaveLength(1)
    })
  })
}

describe(url, () => {
  it('I02 makes links of the configured address, whatever the request says of itself', async () => {
    const hostile = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      forwarded: 'host=evil.example',
      origin: 'https://evil.example',
      referer: 'https://evil.example/',
    }
    for (const [accountUrl, start] of [
      [undefined, `${issuer}/account/reset-password#token=`],
      ['https://app.example.com/me', 'https://app.example.com/me/reset-password#token='],
    ]) {
      const server = await testServer({ accountUrl })
      await server.addUser({ email, emailVerified: true })
      await ask(server, email, hostile)
      const [mail] = await mailsOf(server)
      expect(mail?.values.url?.startsWith(start ?? '?')).toBe(true)
    }
  })

  it('refuses what is no address, no link and no password, with the field that is wrong', async () => {
    const server = await testServer()
    const bad = [
      ['POST', {}, 422],
      ['POST', { email: 7 }, 422],
      ['POST', { email: 'nobody' }, 422],
      ['POST', { email: 'a@b.example, c@d.example' }, 422],
      ['POST', { email: 'a@b.example\r\nBcc: c@d.example' }, 422],
      ['POST', { email: `${'a'.repeat(2000)}@b.example` }, 422],
      ['POST', { email, admin: true }, 422],
      ['PUT', { token: 'x' }, 422],
      ['PUT', { password: other }, 422],
      ['PUT', { token: '', password: other }, 422],
      ['PUT', { token: 'x'.repeat(300), password: other }, 422],
      ['PUT', { token: ['x'], password: other }, 422],
    ] as const
    for (const [method, body, status] of bad) {
      const answer = await sendBody(server, method, url, body)
      expect(answer.statusCode, JSON.stringify(body)).toBe(status)
      expect(answer.json().detail).toMatch(/\S/)
    }
    const form = await server.postForm(url, { email })
    expect(form.statusCode).toBe(415)
    const deleted = await server.app.inject({ method: 'DELETE', url })
    expect([deleted.statusCode, deleted.headers.allow]).toEqual([405, 'POST, PUT'])
  })

  it('K01 leaves no token in the log', async () => {
    const server = await testServer({ logLevel: 'trace' })
    await server.addUser({ email, emailVerified: true })
    const token = await linkFor(server)
    await reset(server, token, 'short')
    await reset(server, token)
    expect(server.log.join('\n')).not.toContain(token)
    expect(JSON.stringify(await entries(server))).not.toContain(token)
  })
})

/** Hears the statements of each read and each unit. */
function listening(
  on: Database,
  tell: (unit: readonly string[], isWrite: boolean) => void,
): Database {
  return new Proxy(on, {
    get(target, name) {
      if (name === 'read') {
        return <Row>(query: Parameters<typeof target.read<Row>>[0]) => {
          tell([query.sql], false)
          return target.read<Row>(query)
        }
      }
      if (name === 'first') {
        return <Row>(query: Parameters<typeof target.first<Row>>[0]) => {
          tell([query.sql], false)
          return target.first<Row>(query)
        }
      }
      if (name === 'write') {
        return (unit: Parameters<Database['write']>[0]) => {
          tell(
            unit.map(({ query }) => query.sql),
            true,
          )
          return target.write(unit)
        }
      }
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

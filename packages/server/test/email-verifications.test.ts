/** Contract, section 6: `/email-verifications`, and another address by `PATCH /users/me`. */

import { describe, expect, it } from 'vitest'
import type { NewUser } from '../src/core/users.js'
import { databases } from './databases.js'
import { mailsOf, tokenOf } from './mails.js'
import { issuer, type TestServer, testServer } from './test-server.js'
import {
  type Answer,
  addClient,
  basic,
  claimsOf,
  entries,
  refreshed,
  send,
  sendJson,
  signedIn,
} from './token-requests.js'

const url = '/email-verifications'
const email = 'alice@example.com'
const other = 'new@example.com'
const password = 'correct horse battery'
const minute = 60_000

function sendBody(
  server: TestServer,
  method: 'POST' | 'PUT',
  payload: object,
  path = url,
): Promise<Answer> {
  return server.app.inject({ method, url: path, payload })
}

function ask(server: TestServer, address = email) {
  return sendBody(server, 'POST', { email: address })
}

function prove(server: TestServer, token: string) {
  return sendBody(server, 'PUT', { token })
}

function edit(server: TestServer, token: string, body: object) {
  return sendJson(server, 'PATCH', '/users/me', token, body)
}

/** The token of the link that was sent last. */
async function lastLink(server: TestServer): Promise<string> {
  const mail = (await mailsOf(server, 'email_verification')).at(-1)
  return mail === undefined ? '' : tokenOf(mail)
}

async function linkFor(server: TestServer, address = email): Promise<string> {
  server.pass(1)
  expect((await ask(server, address)).statusCode).toBe(202)
  return lastLink(server)
}

/** What somebody has for an address now. */
async function addressOf(server: TestServer, name = 'alice') {
  const { email: address, email_verified: isVerified } = await server.latchkey.users.get(name)
  return [address, isVerified === 1]
}

async function expectOver(server: TestServer, token: string, why: string): Promise<void> {
  const answer = await prove(server, token)
  expect([answer.statusCode, answer.json().detail], why).toEqual([
    400,
    'This link is not good, or not any more: ask for another',
  ])
}

for (const database of databases) {
  async function serverWith(...users: Partial<NewUser>[]): Promise<TestServer> {
    const server = await testServer({ databaseUrl: await database.url() })
    for (const user of users) {
      server.pass(1)
      await server.addUser(user)
    }
    return server
  }

  describe(`${url} on ${database.name}`, () => {
    it('I01 verifies an address by a link that works once, for an hour', async () => {
      const server = await serverWith({ email })
      expect((await send(server, '/token', { username: email, password })).statusCode).toBe(401)
      const late = await linkFor(server, 'Alice@Example.com')
      expect(await mailsOf(server)).toEqual([
        {
          kind: 'email_verification',
          address: email,
          values: { username: 'alice', url: `${issuer}/account/verify-email#token=${late}` },
        },
      ])
      server.pass(60 * minute)
      await expectOver(server, late, 'too old')
      const token = await linkFor(server)
      const both = await Promise.all([prove(server, token), prove(server, token)])
      expect(both.map(({ statusCode }) => statusCode).toSorted()).toEqual([204, 400])
      await expectOver(server, token, 'used')
      expect(await addressOf(server)).toEqual([email, true])
      expect((await send(server, '/token', { username: email, password })).statusCode).toBe(200)
      expect(await entries(server, 'email_verified')).toHaveLength(1)
      expect(await mailsOf(server, 'email_changed')).toEqual([])
    })

    it('H08 answers all the same, and sends to nobody who has no use for it', async () => {
      const server = await serverWith(
        { email },
        { username: 'bob', email: 'bob@example.com', emailVerified: true },
        { username: 'bobby', email: 'BOB@example.com' },
        { username: 'dan', email: 'dan@example.com' },
      )
      await server.latchkey.users.setDisabled('dan', true, { actor: 'test' })
      // Nor does one who may not sign in take the link of one who may.
      server.pass(1)
      await server.addUser({ username: 'mallory', email })
      await server.latchkey.users.setDisabled('mallory', true, { actor: 'test' })
      const answers = new Set<string>()
      for (const address of [email, 'bob@example.com', 'dan@example.com', 'nobody@example.com']) {
        const { statusCode, body, headers } = await ask(server, address)
        const { date: _, ...kept } = headers
        answers.add(JSON.stringify([statusCode, body, kept]))
      }
      expect([...answers]).toEqual([expect.stringContaining('[202,""')])
      expect((await mailsOf(server)).map(({ address }) => address)).toEqual([email])
      for (let more = 0; more < 5; more++) await ask(server)
      expect(await mailsOf(server)).toHaveLength(3)
    })

    it('A04 M06 gives an address to one of several who claim it', async () => {
      const names = ['alice', 'bob', 'carol'] as const
      for (let round = 0; round < 3; round++) {
        const server = await serverWith()
        const tokens: string[] = []
        for (const username of names) {
          server.pass(1)
          await server.addUser({ username, email })
          tokens.push(await linkFor(server))
        }
        expect(new Set(tokens).size).toBe(3)
        const answers = await Promise.all(tokens.map((token) => prove(server, token)))
        expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([204, 409, 409])
        const refused = answers.find(({ statusCode }) => statusCode === 409)
        expect(refused?.json().detail).toBe('That e-mail address belongs to another user')
        const owned = await Promise.all(names.map((name) => addressOf(server, name)))
        expect(owned.filter(([, isVerified]) => isVerified)).toHaveLength(1)
      }
    })
  })

  describe(`another address by PATCH /users/me on ${database.name}`, () => {
    it('I04 counts when its link is used; then the old one is told, and what went there is worthless', async () => {
      const server = await serverWith({ email, emailVerified: true })
      const { access_token: token } = await signedIn(server)
      await sendBody(server, 'POST', { email }, '/password-resets')
      const [reset] = await mailsOf(server, 'password_reset')
      server.pass(1)
      const answer = await edit(server, token, { email: 'New@Example.com' })
      expect([answer.statusCode, answer.json()]).toEqual([
        200,
        (await server.get('/users/me', token)).json(),
      ])
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(answer.json()).toMatchObject({ email, email_verified: true })
      const link = await lastLink(server)
      expect(await mailsOf(server, 'email_verification')).toMatchObject([
        { address: 'New@Example.com', values: { username: 'alice' } },
      ])

      expect((await prove(server, link)).statusCode).toBe(204)
      const now = (await server.get('/users/me', token)).json()
      expect(now).toMatchObject({ email: 'New@Example.com', email_verified: true })
      expect(await mailsOf(server, 'email_changed')).toEqual([
        {
          kind: 'email_changed',
          address: email,
          values: { username: 'alice', to: 'New@Example.com' },
        },
      ])
      const found = async (search: string) =>
        (await server.latchkey.users.list({ search, limit: 9 })).rows.length
      expect([await found('new@example'), await found('alice@example')]).toEqual([1, 0])
      const dead = { token: reset ? tokenOf(reset) : '', password: 'a wholly other sentence' }
      const late = await sendBody(server, 'PUT', dead, '/password-resets')
      expect(late.statusCode).toBe(400)
      const { sub } = claimsOf(token)
      expect(await entries(server, 'email_changed')).toMatchObject([
        { user_id: sub, actor: `user:${sub}` },
      ])
      await expectOver(server, link, 'used')
    })

    it('I04 asks for the current password unless the sign-in is recent', async () => {
      const server = await serverWith({ email, emailVerified: true })
      const first = await signedIn(server)
      server.pass(5 * minute + 1000)
      const { access_token: token } = await refreshed(server, first.refresh_token)
      for (const current of [{}, { current_password: 'not the password' }]) {
        const answer = await edit(server, token, { ...current, email: other })
        expect(answer.statusCode).toBe(401)
        expect(answer.headers['www-authenticate']).toContain('insufficient_user_authentication')
      }
      expect(await mailsOf(server)).toEqual([])
      const right = { current_password: password, email: other }
      expect((await edit(server, token, right)).statusCode).toBe(200)
      expect(await mailsOf(server)).toHaveLength(1)
    })

    it('H08 does not tell whether an address is known, but to whose it is', async () => {
      const server = await serverWith(
        { email, emailVerified: true },
        { username: 'bob', email: other, emailVerified: true },
      )
      const { access_token: token } = await signedIn(server)
      await edit(server, token, { email: 'first@example.com' })
      const first = await lastLink(server)
      server.pass(1)
      const known = await edit(server, token, { email: 'NEW@example.com' })
      const unknown = await edit(server, token, { email: 'nobody@example.com' })
      const shown = ({ statusCode, body, headers: { date: _, ...kept } }: Answer) => ({
        statusCode,
        body,
        kept,
      })
      expect(shown(known)).toEqual(shown(unknown))
      expect(await mailsOf(server, 'address_known')).toEqual([
        { kind: 'address_known', address: other, values: { username: 'bob' } },
      ])
      await expectOver(server, first, 'the newest wish counts')
      for (let more = 0; more < 5; more++) await edit(server, token, { email: other })
      expect(await mailsOf(server, 'address_known')).toHaveLength(3)
      expect(await addressOf(server)).toEqual([email, true])
    })

    it('is over once the password or the address is another, and where another has proved it first', async () => {
      const server = await serverWith({ email, emailVerified: true }, { username: 'bob' })
      const { access_token: token } = await signedIn(server)
      const wish = async (by: string, address: string) => {
        server.pass(1)
        expect((await edit(server, by, { email: address })).statusCode).toBe(200)
        return lastLink(server)
      }
      const first = await wish(token, 'thief@example.com')
      await server.latchkey.users.setPassword('alice', password, { actor: 'test' })
      await expectOver(server, first, 'the password was changed since')

      const alice = (await signedIn(server)).access_token
      const bob = (await signedIn(server, { username: 'bob' })).access_token
      const [hers, his] = [await wish(alice, other), await wish(bob, other)]
      const answers = await Promise.all([prove(server, hers), prove(server, his)])
      expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([204, 409])
      expect(await mailsOf(server, 'email_changed')).toHaveLength(
        answers[0]?.statusCode === 204 ? 1 : 0,
      )
    })

    it('sends a first address, and an unverified one, a link; a verified one nothing', async () => {
      const server = await serverWith({}, { username: 'bob', email: 'bob@example.com' })
      const alice = (await signedIn(server)).access_token
      await edit(server, alice, { email })
      expect(await addressOf(server)).toEqual([null, false])
      expect((await prove(server, await lastLink(server))).statusCode).toBe(204)
      expect(await addressOf(server)).toEqual([email, true])
      await edit(server, alice, { email: 'ALICE@example.com' })
      expect(await mailsOf(server)).toHaveLength(1)
      server.pass(1)
      const bob = (await signedIn(server, { username: 'bob' })).access_token
      await edit(server, bob, { email: 'bob@example.com' })
      expect((await prove(server, await lastLink(server))).statusCode).toBe(204)
      expect(await addressOf(server, 'bob')).toEqual(['bob@example.com', true])
      expect(await mailsOf(server, 'email_changed')).toEqual([])
    })

    it('I07 refuses what is not to be changed, and who may not', async () => {
      const server = await serverWith(
        { username: email, email },
        { username: 'bob', scopes: ['items'] },
      )
      const { access_token: token } = await signedIn(server, { username: email })
      const fixed = await edit(server, token, { email: other })
      expect([fixed.statusCode, fixed.json().detail]).toEqual([
        409,
        'Your username is your e-mail address, so it can not have another address',
      ])
      expect((await edit(server, token, { email })).statusCode).toBe(200)
      expect((await prove(server, await lastLink(server))).statusCode).toBe(204)
      for (const body of [
        { email: 'nobody' },
        { email: null },
        { email: 7 },
        { email: other, email_verified: true },
        { username: 'root' },
        { id: 'x' },
        { scopes: ['admin'] },
        { password: 'a wholly other sentence' },
      ]) {
        const answer = await edit(server, token, body)
        expect(answer.statusCode, JSON.stringify(body)).toBe(422)
      }
      const narrow = await signedIn(server, { username: 'bob', scope: 'items' })
      const secret = await addClient(server, 'robot', { grants: ['client_credentials'] })
      const grant = { grant_type: 'client_credentials' }
      const robot = (await send(server, '/token', grant, basic('robot', secret))).json()
      for (const { access_token: bad } of [narrow, robot]) {
        expect((await edit(server, bad, { email: other })).statusCode).toBe(403)
      }
      expect((await edit(server, 'no token', { email: other })).statusCode).toBe(401)
      expect(await mailsOf(server)).toHaveLength(1)
    })
  })
}

describe(url, () => {
  it('refuses what is no address and no link', async () => {
    const server = await testServer()
    for (const [method, body] of [
      ['POST', {}],
      ['POST', { email: 'nobody' }],
      ['POST', { email, user: 'alice' }],
      ['PUT', {}],
      ['PUT', { token: 7 }],
      ['PUT', { token: 'x', email: other }],
    ] as const) {
      const answer = await sendBody(server, method, body)
      expect(answer.statusCode, JSON.stringify(body)).toBe(422)
    }
    expect((await prove(server, 'never given')).statusCode).toBe(400)
    const got = await server.app.inject({ url })
    expect([got.statusCode, got.headers.allow]).toEqual([405, 'POST, PUT'])
  })
})

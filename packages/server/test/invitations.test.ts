/** Contract, section 6: `/admin/invitations`, and users whom an admin makes. */

import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { tokenOf } from './mails.js'
import { type OutboxServer, outboxServer } from './outbox-server.js'
import { type TestServer, testServer } from './test-server.js'
import { type Answer, claimsOf, entries, sendJson, signedIn } from './token-requests.js'

const url = '/admin/invitations'
const password = 'correct horse battery'
const day = 24 * 60 * 60_000

function accept(server: TestServer, invitation: string, more: object = {}): Promise<Answer> {
  const payload = { username: 'bob', password, invitation, ...more }
  return server.app.inject({ method: 'POST', url: '/users', payload })
}

async function adminOf(server: TestServer): Promise<string> {
  await server.addUser({ username: 'root', scopes: ['admin'] })
  return (await signedIn(server, { username: 'root', scope: 'admin account' })).access_token
}

for (const database of databases) {
  describe(`invitations on ${database.name}`, () => {
    async function withAdmin(settings = {}): Promise<OutboxServer & { admin: string }> {
      const databaseUrl = await database.url()
      const opened = await outboxServer({ databaseUrl, registration: 'invitation', ...settings })
      return { ...opened, admin: await adminOf(opened.server) }
    }

    async function invited(
      { server, admin, mails }: OutboxServer & { admin: string },
      body: object = { email: 'bob@example.com' },
    ): Promise<{ id: string; token: string }> {
      const answer = await sendJson(server, 'POST', url, admin, body)
      expect(answer.statusCode, answer.body).toBe(201)
      const { id, email } = answer.json()
      const mail = (await mails()).findLast(({ address }) => address === email)
      expect(mail).toMatchObject({ kind: 'invitation', userId: null })
      return { id, token: tokenOf(mail) }
    }

    it('let the invited person in, with a proved address and the scopes that were granted', async () => {
      const opened = await withAdmin({ newUserScopes: 'usual' })
      const { server, admin, mails } = opened
      const { id, token } = await invited(opened, {
        email: 'Bob@example.com',
        scopes: ['items:write', 'items:read'],
      })
      const [mail] = await mails()
      expect(mail?.values.url).toContain('/account/invitation#token=')
      const answer = await accept(server, token)
      expect(answer.statusCode, answer.body).toBe(201)
      expect(answer.json()).toMatchObject({
        username: 'bob',
        email: 'Bob@example.com',
        email_verified: true,
        scopes: ['account', 'items:read', 'items:write'],
      })
      await signedIn(server, { username: 'bob@example.com' })
      expect(await entries(server, 'user_created')).toContainEqual(
        expect.objectContaining({
          user_id: answer.json().id,
          actor: `user:${answer.json().id}`,
          detail: JSON.stringify({ by: 'invitation', invitation: id }),
        }),
      )
      expect(await entries(server, 'invitation_created')).toMatchObject([
        { actor: `user:${claimsOf(admin).sub}`, detail: JSON.stringify({ invitation: id }) },
      ])
    })

    it('grant what everybody gets where no scopes are named, and nothing where none are', async () => {
      const opened = await withAdmin({ newUserScopes: 'usual', registration: 'open' })
      const usual = await invited(opened)
      expect((await accept(opened.server, usual.token)).json().scopes).toEqual(['account', 'usual'])
      const none = await invited(opened, { email: 'carol@example.com', scopes: [] })
      const carol = await accept(opened.server, none.token, { username: 'carol' })
      expect(carol.json().scopes).toEqual(['account'])
    })

    it('I01 are good once, for seven days, for their address alone, and hold no token at rest', async () => {
      const opened = await withAdmin()
      const { server } = opened
      const { token } = await invited(opened)
      // What goes wrong on the way uses none up.
      await server.addUser({ username: 'taken' })
      const wrongs: [object, number][] = [
        [{ username: 'TAKEN' }, 409],
        [{ password: 'short' }, 422],
        [{ email: 'mallory@example.com' }, 422],
        [{ scopes: ['admin'] }, 422],
        [{ username: 'other@example.com' }, 422],
      ]
      for (const [more, status] of wrongs) {
        expect([more, (await accept(server, token, more)).statusCode]).toEqual([more, status])
      }
      expect((await accept(server, token, { email: 'BOB@example.com' })).statusCode).toBe(201)
      const used = await accept(server, token, { username: 'again' })
      expect(used.statusCode).toBe(400)

      const late = await invited(opened, { email: 'late@example.com' })
      const verification = server.latchkey.oneTimeLinks.make('verify_email')
      const other = verification.url.split('=')[1] ?? ''
      server.pass(7 * day + 1)
      for (const dead of [late.token, other, 'x', '', 'é'.repeat(5_000), `${late.token}\0`]) {
        const answer = await accept(server, dead, { username: 'late' })
        expect([answer.statusCode, answer.json().detail]).toEqual([400, used.json().detail])
      }
    })

    it('M06 make one user, however many try at the same time', async () => {
      const opened = await withAdmin()
      const { token } = await invited(opened)
      const answers = await Promise.all(
        ['one', 'two', 'three'].map((username) => accept(opened.server, token, { username })),
      )
      expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([201, 400, 400])
      const { rows } = await opened.server.latchkey.users.list({ limit: 10 })
      expect(rows).toHaveLength(2)
    })

    it('are not for an address that is somebody’s, then or by the time they are accepted', async () => {
      const opened = await withAdmin()
      const { server, admin } = opened
      const { token } = await invited(opened)
      await server.addUser({ username: 'alice', email: 'BOB@example.com', emailVerified: true })
      expect((await accept(server, token)).statusCode).toBe(409)
      const answer = await sendJson(server, 'POST', url, admin, { email: 'bob@example.com' })
      expect(answer.statusCode).toBe(409)
    })

    it('are listed page by page without their tokens, and taken back', async () => {
      const opened = await withAdmin()
      const { server, admin } = opened
      const made = []
      for (const name of ['a', 'b', 'c', 'd']) {
        server.pass(1_000)
        made.push(await invited(opened, { email: `${name}@example.com`, scopes: ['s'] }))
      }
      await accept(server, made[3]?.token ?? '')
      const first = await server.get(`${url}?limit=2`, admin)
      const rest = await server.get(`${url}?limit=2&cursor=${first.json().next_cursor}`, admin)
      const items = [...first.json().items, ...rest.json().items]
      expect(items.map(({ email }) => email)).toEqual([
        'c@example.com',
        'b@example.com',
        'a@example.com',
      ])
      expect(rest.json().next_cursor).toBeNull()
      expect(items[0]).toEqual({
        id: made[2]?.id,
        email: 'c@example.com',
        scopes: ['s'],
        created_at: expect.any(String),
        expires_at: expect.any(String),
      })
      for (const { token } of made) expect(first.body + rest.body).not.toContain(token)

      const taken = `${url}/${made[0]?.id}`
      expect((await sendJson(server, 'DELETE', taken, admin)).statusCode).toBe(204)
      expect((await accept(server, made[0]?.token ?? '', { username: 'late' })).statusCode).toBe(
        400,
      )
      for (const gone of [taken, `${url}/${made[3]?.id}`, `${url}/%00`, `${url}/first_admin`]) {
        expect((await sendJson(server, 'DELETE', gone, admin)).statusCode).toBe(404)
      }
      expect(await entries(server, 'invitation_revoked')).toHaveLength(1)
      for (const cursor of ['x', 'MTox*', '%00']) {
        expect((await server.get(`${url}?cursor=${cursor}`, admin)).statusCode).toBe(422)
      }
    })

    it('refuse what can be no invitation', async () => {
      const { server, admin, mails } = await withAdmin({ scopes: 'a=One' })
      for (const body of [
        {},
        { email: 'bob' },
        { email: 'bob@example.com\r\nBcc: x@example.com' },
        { email: 'b\u0131ll@example.com' },
        { email: 'bob@example.com', scopes: ['b'] },
        { email: 'bob@example.com', scopes: ['a a'] },
        { email: 'bob@example.com', scopes: 'a' },
        { email: 'bob@example.com', expires_at: '2999-01-01' },
      ]) {
        const answer = await sendJson(server, 'POST', url, admin, body)
        expect([body, answer.statusCode]).toEqual([body, 422])
      }
      expect(await mails()).toEqual([])
    })
  })

  describe(`POST /admin/users on ${database.name}`, () => {
    async function withAdmin(): Promise<OutboxServer & { admin: string }> {
      const opened = await outboxServer({ databaseUrl: await database.url() })
      return { ...opened, admin: await adminOf(opened.server) }
    }

    it('I08 makes a user who chooses a password by a mailed link, which the admin never sees', async () => {
      const { server, admin, mails } = await withAdmin()
      const wanted = { username: 'carol', email: 'carol@example.com', scopes: ['items'] }
      const answer = await sendJson(server, 'POST', '/admin/users', admin, wanted)
      expect(answer.statusCode, answer.body).toBe(201)
      const { id } = answer.json()
      expect(answer.headers).toMatchObject({
        location: `/admin/users/${id}`,
        etag: expect.stringMatching(/^".+"$/),
      })
      const read = await server.get(`/admin/users/${id}`, admin)
      expect([read.json(), read.headers.etag]).toEqual([answer.json(), answer.headers.etag])
      expect(answer.json()).toMatchObject({
        username: 'carol',
        email_verified: false,
        scopes: ['account', 'items'],
      })
      const [mail] = await mails()
      expect(mail).toMatchObject({
        kind: 'account_created',
        address: 'carol@example.com',
        userId: id,
      })
      const token = tokenOf(mail)
      expect(answer.body).not.toContain(token)
      const link = await server.latchkey.oneTimeLinks.find('reset_password', token, {
        actor: 'test',
      })
      expect(link).toMatchObject({ user_id: id, email: 'carol@example.com' })
      for (const guess of ['', 'carol', password]) {
        const form = { username: 'carol', password: guess }
        expect((await server.postForm('/oauth/token', form)).statusCode).toBe(400)
      }
      expect(await entries(server, 'user_created')).toContainEqual(
        expect.objectContaining({ user_id: id, actor: `user:${claimsOf(admin).sub}` }),
      )
    })

    it('says what stands in the way', async () => {
      const { server, admin } = await withAdmin()
      await server.addUser({ email: 'alice@example.com', emailVerified: true })
      const known = { email: 'ALICE@example.com', email_verified: true }
      const refusals: [object, number][] = [
        [{ username: 'ALICE' }, 409],
        [{ username: 'dave', ...known }, 409],
        [{ username: 'dave', password: 'chosen by the admin' }, 422],
        [{ username: 'dave', id: 'x' }, 422],
        [{ username: 'da\u0000ve' }, 422],
        [{ username: 'dave', email: 'dave' }, 422],
        [{ username: 'dave', scopes: ['two words'] }, 422],
        [{}, 422],
      ]
      for (const [body, status] of refusals) {
        const answer = await sendJson(server, 'POST', '/admin/users', admin, body)
        expect([body, answer.statusCode]).toEqual([body, status])
      }
    })
  })
}

describe('what only admins do', () => {
  it('I07 I10 is refused to everybody else, whoever is named', async () => {
    const server = await testServer({ registration: 'open' })
    await server.addUser()
    await server.addUser({ username: 'victim' })
    const { id } = await server.latchkey.users.get('victim')
    const { access_token: token } = await signedIn(server)
    const requests = [
      ['GET', url, undefined],
      ['POST', url, { email: 'x@example.com', scopes: ['admin'] }],
      ['DELETE', `${url}/x`, undefined],
      ['POST', '/admin/users', { username: 'x' }],
      ['PATCH', `/admin/users/${id}`, { scopes: ['admin'] }],
      ['DELETE', `/admin/users/${id}`, undefined],
    ] as const
    for (const [method, path, body] of requests) {
      const answer = await sendJson(server, method, path, token, body)
      expect([path, answer.statusCode]).toEqual([path, 403])
      const nobody = await server.app.inject({ method, url: path })
      expect([path, nobody.statusCode]).toEqual([path, 401])
    }
    expect((await server.latchkey.users.list({ limit: 10 })).rows).toHaveLength(2)
  })

  it('has no other methods', async () => {
    const { app } = await testServer()
    for (const [method, path, allow] of [
      ['PUT', url, 'GET, POST'],
      ['GET', `${url}/x`, 'DELETE'],
      ['DELETE', '/admin/users', 'GET, POST'],
    ] as const) {
      const answer = await app.inject({ method, url: path })
      expect([answer.statusCode, answer.headers.allow]).toEqual([405, allow])
    }
  })

  it('does not invite where nobody could accept', async () => {
    const server = await testServer()
    const answer = await sendJson(server, 'POST', url, await adminOf(server), {
      email: 'bob@example.com',
    })
    expect(answer.statusCode).toBe(403)
    expect(answer.json().detail).toContain('LATCHKEY_REGISTRATION')
    expect((await accept(server, 'x')).statusCode).toBe(403)
  })
})

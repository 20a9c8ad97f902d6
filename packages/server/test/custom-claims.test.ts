/** Checklist A07: claims that an app adds to its tokens. */

import { createGuard } from '@latchkey/guard'
import fastify from 'fastify'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { ClaimsFunction } from '../src/index.js'
import { latchkey } from '../src/index.js'
import { readSettings } from '../src/settings/read.js'
import { databases } from './databases.js'
import { databaseWithAlice, secretKey } from './embedded.js'
import { issuer, type TestServer, testServer } from './test-server.js'
import {
  addClient,
  alive,
  basic,
  claimsOf,
  guardedStatuses,
  refresh,
  refreshed,
  send,
  sendJson,
  signedIn,
} from './token-requests.js'

const claims =
  'plan=admin_metadata.plan; locale=metadata.ui.locale; https://app.example/x=metadata.x'

for (const database of databases) {
  describe(`mapped claims on ${database.name}`, () => {
    async function withClaims(settings: object = { claims }) {
      const server = await testServer({ databaseUrl: await database.url(), ...settings })
      await server.addUser()
      const { id } = await server.latchkey.users.get('alice')
      const write = (edit: object) => server.latchkey.userEdits.edit(id, edit, { actor: 'test' })
      return { server, write }
    }

    it('A07 come from metadata, and are absent where that is', async () => {
      const { server, write } = await withClaims()
      const before = claimsOf((await signedIn(server)).access_token)
      expect(Object.keys(before)).not.toContain('plan')
      await write({
        adminMetadata: { plan: 'pro', other: 1 },
        metadata: { ui: { locale: 'de' }, x: [1] },
      })
      const after = claimsOf((await signedIn(server)).access_token)
      expect(after).toMatchObject({ plan: 'pro', locale: 'de', 'https://app.example/x': [1] })
      expect(Object.keys(after).length).toBe(Object.keys(before).length + 3)
      await write({ metadata: { ui: 'no object' } })
      expect(claimsOf((await signedIn(server)).access_token)).not.toHaveProperty('locale')
    })

    it('E07 refuse the tokens from before a change, and the next refresh brings what is so now', async () => {
      const { server, write } = await withClaims()
      const first = await signedIn(server)
      await write({ metadata: { unrelated: true } })
      expect(await guardedStatuses(server, first.access_token)).toEqual(alive)
      await write({ adminMetadata: { plan: 'pro' } })
      for (const path of ['/users/me', '/items/']) {
        const answer = await server.get(path, first.access_token)
        expect(answer.headers['www-authenticate']).toContain('claims changed')
      }
      const second = await refreshed(server, first.refresh_token)
      expect(claimsOf(second.access_token)).toMatchObject({ plan: 'pro' })
      expect(await guardedStatuses(server, second.access_token)).toEqual(alive)
      // A repeat within the grace brings them as well.
      const repeat = await refreshed(server, first.refresh_token)
      expect(claimsOf(repeat.access_token)).toMatchObject({ plan: 'pro' })
    })

    it('E07 are told to a user who changes them by themselves', async () => {
      const { server } = await withClaims()
      const tokens = await signedIn(server)
      const edit = { metadata: { ui: { locale: 'fr' } } }
      await sendJson(server, 'PATCH', '/users/me', tokens.access_token, edit)
      expect((await server.get('/users/me', tokens.access_token)).statusCode).toBe(401)
      const next = await refreshed(server, tokens.refresh_token)
      expect(claimsOf(next.access_token)).toMatchObject({ locale: 'fr' })
    })

    it('are shown by guards and by introspection, beside what tokens have', async () => {
      const { server, write } = await withClaims()
      await write({ adminMetadata: { plan: 'pro' } })
      const { access_token: token } = await signedIn(server)
      const principal = await server.latchkey.guard.verify(token)
      expect(principal.claims.plan).toBe('pro')
      const { keys } = (await server.app.inject('/.well-known/jwks.json')).json()
      const guard = createGuard({ jwks: { keys }, issuer, audience: issuer })
      expect((await guard.verify(token)).claims.plan).toBe('pro')
      const secret = await addClient(server, 'api', { scopes: ['introspect'] })
      const answer = await send(server, '/introspect', { token }, basic('api', secret))
      expect(answer.json()).toMatchObject({ active: true, plan: 'pro', username: 'alice' })
      expect(answer.json()).not.toHaveProperty('status')
    })

    it('are none of a client that speaks for itself', async () => {
      const { server } = await withClaims()
      const secret = await addClient(server, 'robot', { grants: ['client_credentials'] })
      const grant = { grant_type: 'client_credentials' }
      const { access_token: token } = (
        await send(server, '/token', grant, basic('robot', secret))
      ).json()
      expect(claimsOf(token)).not.toHaveProperty('plan')
    })

    it('refuse metadata that no token could hold', async () => {
      const twice = { claims: 'one=metadata.text; two=metadata.text' }
      const { server, write } = await withClaims(twice)
      await expect(write({ metadata: { text: 'x'.repeat(3000) } })).rejects.toMatchObject({
        code: 'field_unusable',
      })
      await write({ metadata: { text: 'x'.repeat(1900) } })
      const { access_token: token } = await signedIn(server)
      expect(await guardedStatuses(server, token)).toEqual(alive)
    })

    it('of a sign-in are those of then, or of after a change that came between', async () => {
      const { server, write } = await withClaims()
      for (const plan of ['a', 'b', 'c', 'd', 'e']) {
        const [tokens] = await Promise.all([signedIn(server), write({ adminMetadata: { plan } })])
        const isOld = claimsOf(tokens.access_token).plan !== plan
        const statuses = await guardedStatuses(server, tokens.access_token)
        expect(statuses).toEqual(isOld ? [401, 401] : alive)
      }
    })
  })
}

describe('LATCHKEY_CLAIMS', () => {
  it('A07 can not name what tokens have a meaning for', () => {
    for (const name of [
      'iss',
      'sub',
      'aud',
      'exp',
      'scope',
      'sid',
      'status',
      'cnf',
      'act',
      'client_id',
      'active',
      'username',
      '__proto__',
    ]) {
      expect(() => readSettings('command', { LATCHKEY_CLAIMS: `${name}=metadata.x` })).toThrow(
        `the claim ${name}`,
      )
    }
  })

  it('refuses what is no mapping', () => {
    for (const text of [
      'plan',
      'plan=',
      '=metadata.x',
      'plan=metadata',
      'plan=user.x',
      'plan=metadata.a.b.c',
      'plan=metadata.',
      'a b=metadata.x',
      'p=metadata.x=y',
      'p=metadata.x; p=metadata.y',
    ]) {
      expect([text, () => readSettings('command', { LATCHKEY_CLAIMS: text })]).toEqual([
        text,
        expect.any(Function),
      ])
      expect(() => readSettings('command', { LATCHKEY_CLAIMS: text })).toThrow(/LATCHKEY_CLAIMS/)
    }
  })
})

describe('claims that a function makes', () => {
  let databaseUrl = ''
  beforeAll(async () => {
    databaseUrl = await databaseWithAlice()
  })

  async function embedded(make: ClaimsFunction) {
    const lines: string[] = []
    const app = fastify({
      logger: { level: 'error', stream: { write: (line: string) => void lines.push(line) } },
    })
    await app.register(latchkey, {
      databaseUrl,
      secretKey,
      issuer,
      claims: make,
    })
    onTestFinished(() => app.close())
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const token = (fields: Record<string, string>) =>
      app.inject({
        method: 'POST',
        url: '/oauth/token',
        headers: form,
        payload: new URLSearchParams(fields).toString(),
      })
    const signIn = () => token({ username: 'alice', password: 'correct horse battery' })
    return { app, lines, token, signIn }
  }

  it('A07 are asked for at each sign-in and each refresh, with the user and the client', async () => {
    const asked: unknown[] = []
    const { token, signIn } = await embedded(async (user, client) => {
      asked.push([user, client])
      return { visits: asked.length, left: undefined }
    })
    const first = (await signIn()).json()
    expect(claimsOf(first.access_token)).toMatchObject({ visits: 1, iss: issuer })
    const second = (
      await token({ grant_type: 'refresh_token', refresh_token: first.refresh_token })
    ).json()
    expect(claimsOf(second.access_token)).toMatchObject({ visits: 2 })
    const told = { username: 'alice', metadata: {}, adminMetadata: {}, scopes: expect.any(Array) }
    expect(asked).toMatchObject([
      [told, { id: 'first-party' }],
      [told, { id: 'first-party' }],
    ])
    expect(JSON.stringify(asked)).not.toMatch(/argon2|hash/)
  })

  it.each<[string, () => object]>([
    [
      'throws',
      () => {
        throw Object.assign(new Error('of the app'), { statusCode: 400 })
      },
    ],
    ['overwrites a claim', () => ({ sub: 'root' })],
    ['overwrites a claim', () => ({ scope: 'admin' })],
    ['makes a prototype', () => JSON.parse('{"__proto__":{"a":1}}')],
    ['gives no object', () => []],
    ['gives what JSON has no form for', () => ({ a: () => 1 })],
    ['gives what JSON has no form for', () => ({ a: 10n })],
    ['gives a class', () => ({ at: new Map() })],
    ['gives an endless number', () => ({ a: Number.POSITIVE_INFINITY })],
    ['gives too much', () => ({ a: 'x'.repeat(5000) })],
    [
      'never gets to an end of it',
      () => {
        const a: Record<string, unknown> = {}
        a.a = a
        return a
      },
    ],
    ['rejects', () => Promise.reject(new Error('of the app'))],
  ])('A07 issue no token where it %s', async (_what, make) => {
    let isBad = false
    const { app, lines, token, signIn } = await embedded(() => (isBad ? make() : {}))
    const { refresh_token: refreshToken } = (await signIn()).json()
    isBad = true
    const grant = { grant_type: 'refresh_token', refresh_token: refreshToken }
    for (const answer of [await signIn(), await token(grant)]) {
      expect([answer.statusCode, answer.json().error]).toEqual([500, 'server_error'])
      expect(answer.body).not.toMatch(/access_token|of the app/)
    }
    expect(lines.join('')).toContain('claims')
    isBad = false
    // Nothing has come of it: the step is still to be taken.
    expect((await token(grant)).statusCode).toBe(200)
    await app.close()
  })

  it('are of a client, too, which has no user', async () => {
    const server = await withFunction((user, { id }) =>
      user === undefined ? { team: `of ${id}` } : {},
    )
    const secret = await addClient(server, 'robot', { grants: ['client_credentials'] })
    const grant = { grant_type: 'client_credentials' }
    const { access_token: token } = (
      await send(server, '/token', grant, basic('robot', secret))
    ).json()
    expect(claimsOf(token)).toMatchObject({ team: 'of robot' })
  })

  it('are told of whatever metadata changes', async () => {
    const server = await withFunction((user) => ({ plan: user?.adminMetadata.plan ?? 'none' }))
    await server.addUser()
    const tokens = await signedIn(server)
    const { id } = await server.latchkey.users.get('alice')
    await server.latchkey.userEdits.edit(id, { adminMetadata: { plan: 'pro' } }, { actor: 'test' })
    expect((await server.get('/items/', tokens.access_token)).statusCode).toBe(401)
    expect((await refresh(server, tokens.refresh_token)).statusCode).toBe(200)
  })

  const withFunction = (make: ClaimsFunction): Promise<TestServer> =>
    testServer({}, undefined, undefined, make)
})

/** Contract, sections 3 and 5: the refresh grant. */

import { createSecretKey, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyWrap } from '../src/core/key-wrap.js'
import { RefreshKeys } from '../src/core/refresh-keys.js'
import {
  openRefreshToken,
  type RefreshClaim,
  sealRefreshToken,
} from '../src/core/refresh-tokens.js'
import type { SessionId } from '../src/store/schema.js'
import { databases } from './databases.js'
import { alice, type TestServer, testServer } from './test-server.js'
import {
  type Answer,
  addClient,
  alive,
  basic,
  claimsOf,
  dead,
  doors,
  entries,
  guardedStatuses,
  refresh,
  refreshed,
  signedIn,
} from './token-requests.js'

const second = 1000
const minute = 60 * second
const day = 24 * 60 * minute

/** The one answer to every token that is no good, at both doors. */
const refusal = {
  error: 'invalid_grant',
  error_description: 'The refresh token is not valid any more',
  detail: 'The refresh token is not valid any more',
}

function expectRefused(answer: Answer): void {
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toEqual(refusal)
  expect(answer.headers).toMatchObject({ 'cache-control': 'no-store' })
  expect(answer.headers['www-authenticate']).toBeUndefined()
}

/** The server's own key, to make tokens that it never gave. */
async function ownKey(server: TestServer) {
  const { store, settings } = server.latchkey
  const secret = settings.secretKey
  if (secret === undefined) throw new Error('The test has not set a master secret')
  const keys = new RefreshKeys({ store, wrap: () => new KeyWrap(secret), clock: Date.now as never })
  await keys.load()
  return keys
}

const secretKey = randomBytes(32).toString('base64url')

for (const database of databases) {
  describe(`the refresh grant on ${database.name}`, () => {
    async function serverWithAlice(settings = {}): Promise<TestServer> {
      const databaseUrl = await database.url()
      const server = await testServer({ databaseUrl, secretKey, ...settings })
      await server.addUser()
      return server
    }

    it.each(doors)('E03 rotates at each use at %s, within the same session', async (door) => {
      const server = await serverWithAlice()
      let tokens = await signedIn(server)
      const seen = new Set([tokens.refresh_token])
      const { sid, auth_time } = claimsOf(tokens.access_token)
      for (let step = 1; step <= 3; step++) {
        server.pass(10 * minute)
        const answer = await refresh(server, tokens.refresh_token, {}, {}, door)
        expect(answer.statusCode).toBe(200)
        expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' })
        tokens = answer.json()
        expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 1800, scope: 'account' })
        expect(claimsOf(tokens.access_token)).toMatchObject({ sid, auth_time, amr: ['pwd'] })
        expect(await guardedStatuses(server, tokens.access_token)).toEqual(alive)
        seen.add(tokens.refresh_token)
      }
      expect(seen.size).toBe(4)
      // Rotations are counted, not written.
      expect((await entries(server)).filter(({ event }) => event.startsWith('refresh'))).toEqual([])
    })

    it('E15 the same successor is answered again when an answer was lost, until the grace is over', async () => {
      const server = await serverWithAlice()
      const first = await signedIn(server)
      const once = await refreshed(server, first.refresh_token)
      for (const _ of [1, 2]) {
        server.pass(14 * second)
        const again = await refreshed(server, first.refresh_token)
        expect(again.refresh_token).toBe(once.refresh_token)
        expect(again.access_token).not.toBe(once.access_token)
        expect(await guardedStatuses(server, again.access_token)).toEqual(alive)
      }
      expect(await entries(server, 'refresh_repeated')).toHaveLength(2)
      // Repeats never extend it: 35 seconds after the rotation, 7 after the last of them.
      server.pass(7 * second)
      expectRefused(await refresh(server, first.refresh_token))
    })

    it('E06 a predecessor that comes late ends the session, access tokens included, and is written down', async () => {
      const server = await serverWithAlice()
      const first = await signedIn(server)
      const other = await signedIn(server)
      const next = await refreshed(server, first.refresh_token)
      server.pass(31 * second)
      expect(await guardedStatuses(server, next.access_token)).toEqual(alive)
      expectRefused(await refresh(server, first.refresh_token))
      for (const token of [first.access_token, next.access_token]) {
        expect(await guardedStatuses(server, token)).toEqual(dead)
      }
      expectRefused(await refresh(server, next.refresh_token))
      const [event, ...more] = await entries(server, 'refresh_reused')
      expect(more).toEqual([])
      expect(event).toMatchObject({
        session_id: claimsOf(first.access_token).sid,
        client_id: 'first-party',
        address: '127.0.0.1',
      })
      // The user's other session has nothing to do with it.
      expect(await guardedStatuses(server, other.access_token)).toEqual(alive)
      await refreshed(server, other.refresh_token)
    })

    it('E05 a grandparent within the grace ends the session', async () => {
      const server = await serverWithAlice()
      const first = await signedIn(server)
      const third = await refreshed(
        server,
        (await refreshed(server, first.refresh_token)).refresh_token,
      )
      expectRefused(await refresh(server, first.refresh_token))
      expect(await guardedStatuses(server, third.access_token)).toEqual(dead)
      expectRefused(await refresh(server, third.refresh_token))
    })

    it('E04 a grace of no time makes every repeat a theft', async () => {
      const server = await serverWithAlice({ refreshGrace: '0s' })
      const first = await signedIn(server)
      const next = await refreshed(server, first.refresh_token)
      server.pass(1 * second)
      expectRefused(await refresh(server, first.refresh_token))
      expect(await guardedStatuses(server, next.access_token)).toEqual(dead)
    })

    it('E02 another client’s use is refused and does no harm, whichever of the two is public', async () => {
      const server = await serverWithAlice()
      const secret = await addClient(server, 'app', { grants: ['password', 'refresh_token'] })
      const mine = await signedIn(server)
      const theirs = await signedIn(server, {}, basic('app', secret))
      expectRefused(await refresh(server, mine.refresh_token, {}, basic('app', secret)))
      expectRefused(await refresh(server, theirs.refresh_token))
      await refreshed(server, mine.refresh_token)
      server.pass(1 * second)
      const next = await refreshed(server, theirs.refresh_token, {}, basic('app', secret))
      expect(claimsOf(next.access_token)).toMatchObject({ client_id: 'app' })
      // An old token of the other's is no theft either.
      server.pass(minute)
      expectRefused(await refresh(server, theirs.refresh_token))
      expect(await guardedStatuses(server, next.access_token)).toEqual(alive)
      expect(await entries(server, 'refresh_reused')).toEqual([])
    })

    it('E07 a refresh narrows its access token, widens nothing, and keeps what the session has', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser({ scopes: ['a', 'b', 'c'] })
      let tokens = await signedIn(server, { scope: 'b a' })
      expect(tokens.scope).toBe('a b')
      const narrow = await refreshed(server, tokens.refresh_token, { scope: 'a' })
      expect(narrow.scope).toBe('a')
      expect(claimsOf(narrow.access_token)).toMatchObject({ scope: 'a' })
      server.pass(minute)
      for (const scope of ['a c', 'account', 'd', 'A']) {
        for (const door of doors) {
          const answer = await refresh(server, narrow.refresh_token, { scope }, {}, door)
          expect(answer.statusCode).toBe(400)
          expect(answer.json()).toMatchObject({ error: 'invalid_scope' })
        }
      }
      // What was refused has used nothing up.
      tokens = await refreshed(server, narrow.refresh_token)
      expect(tokens.scope).toBe('a b')
    })

    it('A08 a session without scope never gets admin or introspect by a refresh', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser({ scopes: ['admin', 'introspect', 'a'] })
      const plain = await signedIn(server)
      expect(plain.scope).toBe('a account')
      const wider = await refresh(server, plain.refresh_token, { scope: 'admin' })
      expect(wider.json()).toMatchObject({ error: 'invalid_scope' })
      const named = await signedIn(server, { scope: 'admin' })
      expect((await refreshed(server, named.refresh_token)).scope).toBe('admin')
    })

    it('E09 a session without scope follows what its client may have; one with scope only loses', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser({ scopes: ['a', 'b'] })
      const secret = await addClient(server, 'app', {
        grants: ['password', 'refresh_token'],
        scopes: ['a'],
      })
      const by = basic('app', secret)
      const follows = await signedIn(server, {}, by)
      const fixed = await signedIn(server, { scope: 'a' }, by)
      const { clientRegistry } = server.latchkey
      await clientRegistry.edit('app', { scopes: ['a', 'b'] }, { actor: 'test' })
      const more = await refreshed(server, follows.refresh_token, {}, by)
      const same = await refreshed(server, fixed.refresh_token, {}, by)
      expect([more.scope, same.scope]).toEqual(['a b', 'a'])
      await clientRegistry.edit('app', { scopes: ['b'] }, { actor: 'test' })
      const less = await refreshed(server, more.refresh_token, {}, by)
      const none = await refreshed(server, same.refresh_token, {}, by)
      expect(less.scope).toBe('b')
      expect(none).not.toHaveProperty('scope')
      expect(claimsOf(none.access_token)).not.toHaveProperty('scope')
    })

    it('E08 a session that is not used ends by its idle time, and rotation moves that on', async () => {
      const server = await serverWithAlice({ refreshIdleTtl: '30d', sessionTtl: '90d' })
      let tokens = await signedIn(server)
      for (const _ of [1, 2]) {
        server.pass(29 * day)
        tokens = await refreshed(server, tokens.refresh_token)
      }
      server.pass(30 * day + minute)
      expectRefused(await refresh(server, tokens.refresh_token))
    })

    it('E08 rotation never moves the end of the session', async () => {
      const server = await serverWithAlice({ refreshIdleTtl: '30d', sessionTtl: '60d' })
      let tokens = await signedIn(server)
      for (const days of [25, 25, 9]) {
        server.pass(days * day)
        tokens = await refreshed(server, tokens.refresh_token)
      }
      server.pass(1 * day + minute)
      expectRefused(await refresh(server, tokens.refresh_token))
    })

    it('D08 lifetimes of a client win over the settings', async () => {
      const server = await serverWithAlice()
      const secret = await addClient(server, 'app', {
        grants: ['password', 'refresh_token'],
        accessTokenTtl: 60,
        refreshIdleTtl: 3600,
        sessionTtl: 5400,
      })
      const by = basic('app', secret)
      let tokens = await signedIn(server, {}, by)
      expect(tokens.expires_in).toBe(60)
      const { exp, iat } = claimsOf(tokens.access_token)
      expect(Number(exp) - Number(iat)).toBe(60)
      server.pass(61 * minute)
      expectRefused(await refresh(server, tokens.refresh_token, {}, by))
      tokens = await signedIn(server, {}, by)
      server.pass(50 * minute)
      tokens = await refreshed(server, tokens.refresh_token, {}, by)
      expect(tokens.expires_in).toBe(60)
      server.pass(41 * minute)
      expectRefused(await refresh(server, tokens.refresh_token, {}, by))
    })

    it('E09 E13 a disabled user’s sessions are over, and enabling revives none', async () => {
      const server = await serverWithAlice()
      const tokens = await signedIn(server)
      await server.latchkey.users.setDisabled('alice', true, { actor: 'test' })
      expect(await guardedStatuses(server, tokens.access_token)).toEqual(dead)
      expectRefused(await refresh(server, tokens.refresh_token))
      await server.latchkey.users.setDisabled('alice', false, { actor: 'test' })
      expectRefused(await refresh(server, tokens.refresh_token))
      expect(await guardedStatuses(server, tokens.access_token)).toEqual(dead)
    })

    it('E09 E13 a changed password ends the sessions that the old one opened', async () => {
      const server = await serverWithAlice()
      const tokens = await signedIn(server)
      await server.latchkey.users.setPassword('alice', 'another long password', { actor: 'test' })
      expect(await guardedStatuses(server, tokens.access_token)).toEqual(dead)
      expectRefused(await refresh(server, tokens.refresh_token))
      const anew = await signedIn(server, { password: 'another long password' })
      expect(await guardedStatuses(server, anew.access_token)).toEqual(alive)
    })

    it('E09 a client that is disabled refreshes nothing, and its tokens are refused', async () => {
      const server = await serverWithAlice()
      const secret = await addClient(server, 'app', { grants: ['password', 'refresh_token'] })
      const by = basic('app', secret)
      const tokens = await signedIn(server, {}, by)
      await server.latchkey.clientRegistry.edit('app', { disabled: true }, { actor: 'test' })
      for (const door of doors) {
        const answer = await refresh(server, tokens.refresh_token, {}, by, door)
        expect(answer.statusCode).toBe(401)
        expect(answer.json()).toMatchObject({ error: 'invalid_client' })
      }
      expect((await server.get('/items/', tokens.access_token)).statusCode).toBe(401)
    })

    it('D08 a client without the refresh grant gets no refresh token, and is told so when it asks', async () => {
      const server = await serverWithAlice()
      const secret = await addClient(server, 'app', { grants: ['password', 'refresh_token'] })
      const by = basic('app', secret)
      const before = await signedIn(server, {}, by)
      const { clientRegistry } = server.latchkey
      await clientRegistry.edit('app', { grants: ['password'] }, { actor: 'test' })
      expect(await signedIn(server, {}, by)).not.toHaveProperty('refresh_token')
      for (const door of doors) {
        const answer = await refresh(server, before.refresh_token, {}, by, door)
        expect(answer.statusCode).toBe(400)
        expect(answer.json()).toMatchObject({ error: 'unauthorized_client' })
      }
    })

    it('E11 each sign-in opens a session of its own', async () => {
      const server = await serverWithAlice()
      const sids = new Set<unknown>()
      for (const _ of [1, 2, 3]) sids.add(claimsOf((await signedIn(server)).access_token).sid)
      expect(sids.size).toBe(3)
    })

    it('M09 a step that this database never took, or another epoch, ends the session by an event of its own', async () => {
      const server = await serverWithAlice()
      const keys = await ownKey(server)
      const change: ((claim: RefreshClaim) => Partial<RefreshClaim>)[] = [
        ({ counter }) => ({ counter: counter + 1 }),
        () => ({ counter: 2 ** 32 - 1 }),
        ({ epoch }) => ({ epoch: epoch + 1 }),
      ]
      for (const [index, of] of change.entries()) {
        const tokens = await signedIn(server)
        const claim = openRefreshToken(tokens.refresh_token, keys.byId)
        if (claim === undefined) throw new Error('The key is not the server’s')
        expectRefused(
          await refresh(server, sealRefreshToken({ ...claim, ...of(claim) }, keys.newest)),
        )
        expect(await guardedStatuses(server, tokens.access_token)).toEqual(dead)
        expectRefused(await refresh(server, tokens.refresh_token))
        expect(await entries(server, 'refresh_rolled_back')).toHaveLength(index + 1)
      }
      expect(await entries(server, 'refresh_reused')).toEqual([])
    })

    it('E10 what was used stays used when the server starts again', async () => {
      const databaseUrl = await database.url()
      const settings = { databaseUrl, secretKey }
      const before = await testServer(settings)
      await before.addUser()
      const first = await signedIn(before)
      const next = await refreshed(before, first.refresh_token)
      await before.app.close()
      const after = await testServer(settings)
      after.pass(minute)
      expectRefused(await refresh(after, first.refresh_token))
      expect(await guardedStatuses(after, next.access_token)).toEqual(dead)
    })
  })
}

describe('refresh tokens that nobody was given', () => {
  it('E01 truncated, extended, re-cased, re-spelt and swapped ones are refused, and do no harm', async () => {
    const server = await testServer({ secretKey })
    await server.addUser()
    const { refresh_token: token } = await signedIn(server)
    const { refresh_token: other } = await signedIn(server)
    const body = token.slice('lkr_'.length)
    const [ours, theirs] = [
      Buffer.from(body, 'base64url'),
      Buffer.from(other.slice(4), 'base64url'),
    ]
    const swapped = Buffer.from(ours)
    theirs.copy(swapped, 9, 9, 25)
    const forgeries = [
      '',
      'lkr_',
      body,
      token.slice(0, -1),
      token.slice(0, -4),
      `${token}A`,
      `${token}=`,
      `${token} `,
      ` ${token}`,
      `${token}\n`,
      token.toUpperCase(),
      token.toLowerCase(),
      `lkr_${ours.toString('base64')}`,
      `lkr_${swapped.toString('base64url')}`,
      `LKR_${body}`,
      `${token}.${token}`,
      claimsOf((await signedIn(server)).access_token).sid,
    ].filter((text): text is string => typeof text === 'string' && text !== '')
    for (const forged of forgeries) expectRefused(await refresh(server, forged))
    const foreignKey = {
      id: randomBytes(8).toString('base64url'),
      key: createSecretKey(randomBytes(32)),
    }
    const claim = {
      sessionId: ours.toString('base64url', 9, 25) as SessionId,
      epoch: 0,
      counter: 0,
    }
    expectRefused(await refresh(server, sealRefreshToken(claim, foreignKey)))
    const withOurId = { ...foreignKey, id: ours.toString('base64url', 1, 9) }
    expectRefused(await refresh(server, sealRefreshToken(claim, withOurId)))
    await refreshed(server, token)
    await refreshed(server, other)
  })

  it('E01 no single changed bit is forgiven', async () => {
    const server = await testServer({ secretKey })
    await server.addUser()
    const { refresh_token: token } = await signedIn(server)
    const bytes = Buffer.from(token.slice('lkr_'.length), 'base64url')
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
        const changed = Buffer.from(bytes)
        changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
        expectRefused(await refresh(server, `lkr_${changed.toString('base64url')}`))
      }),
      { numRuns: 150 },
    )
    await refreshed(server, token)
  })

  it('E02 a token of a session that is not there any more says no more than a forged one', async () => {
    const server = await testServer({ secretKey })
    await server.addUser()
    const keys = await ownKey(server)
    const sessionId = randomBytes(16).toString('base64url') as SessionId
    const token = sealRefreshToken({ sessionId, epoch: 0, counter: 0 }, keys.newest)
    expectRefused(await refresh(server, token))
  })

  it('B13 an access token refreshes nothing, and a refresh token opens no route', async () => {
    const server = await testServer()
    await server.addUser()
    const tokens = await signedIn(server)
    expectRefused(await refresh(server, tokens.access_token))
    expect(await guardedStatuses(server, tokens.refresh_token)).toEqual(dead)
  })

  it('E01 the database and the log hold nothing that could be presented', async () => {
    const server = await testServer()
    await server.addUser()
    const first = await signedIn(server)
    const next = await refreshed(server, first.refresh_token)
    await refresh(server, `${next.refresh_token}x`)
    const { refreshKeys, audit } = server.latchkey.store
    const stored = JSON.stringify([
      await server.latchkey.sessions.list({ limit: 10 }),
      await refreshKeys.list(),
      await audit.list({ limit: 100 }),
      server.log,
    ])
    for (const token of [first.refresh_token, next.refresh_token, first.access_token]) {
      expect(stored).not.toContain(token)
      const mac = Buffer.from(token.slice(4), 'base64url').subarray(33)
      for (const encoding of ['base64url', 'base64', 'hex'] as const) {
        expect(stored).not.toContain(mac.toString(encoding))
      }
    }
  })
})

describe('the fields of a refresh request', () => {
  it.each([
    ['/token', 422],
    ['/oauth/token', 400],
  ])('a refresh token that is missing or empty is %s’s %i', async (door, status) => {
    const server = await testServer()
    for (const fields of [{}, { refresh_token: '' }]) {
      const answer = await server.postForm(door, { grant_type: 'refresh_token', ...fields })
      expect(answer.statusCode).toBe(status)
      expect(answer.json()).toMatchObject({ error: 'invalid_request' })
      expect(answer.body).toContain('refresh_token')
    }
  })

  it('D02 a token given twice is refused, and not used', async () => {
    const server = await testServer()
    await server.addUser()
    const { refresh_token: token } = await signedIn(server)
    for (const url of doors) {
      const twice = await server.app.inject({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: `grant_type=refresh_token&refresh_token=${token}&refresh_token=${token}`,
      })
      expect(twice.statusCode).toBe(400)
      expect(twice.json()).toMatchObject({ error: 'invalid_request' })
      expect(twice.json().detail).toContain('refresh_token')
    }
    await refreshed(server, token)
  })

  it('D01 a token in the query is not looked at', async () => {
    const server = await testServer()
    await server.addUser()
    const { refresh_token: token } = await signedIn(server)
    const answer = await server.postForm(`/oauth/token?refresh_token=${token}`, {
      grant_type: 'refresh_token',
    })
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ error: 'invalid_request' })
  })
})

describe('what is switched off', () => {
  it('D08 without the built-in client a request must name one', async () => {
    const databaseUrl = await databases[0]?.url()
    const on = await testServer({ databaseUrl, secretKey })
    await on.addUser()
    const tokens = await signedIn(on)
    await on.app.close()
    const server = await testServer({ databaseUrl, secretKey, firstPartyClient: 'off' })
    for (const door of doors) {
      const requests = [
        server.postForm(door, alice),
        server.postForm(door, { ...alice, client_id: 'first-party' }),
        refresh(server, tokens.refresh_token, {}, {}, door),
      ]
      for (const answer of await Promise.all(requests)) {
        expect(answer.statusCode).toBe(401)
        expect(answer.json()).toMatchObject({ error: 'invalid_client' })
      }
    }
    await addClient(server, 'web', { confidential: false, grants: ['password'] })
    expect(await signedIn(server, { client_id: 'web' })).toMatchObject({ token_type: 'bearer' })
  })

  it('D08 without the password grant nobody signs in by one, and sessions go on', async () => {
    const databaseUrl = await databases[0]?.url()
    const on = await testServer({ databaseUrl, secretKey })
    await on.addUser()
    const tokens = await signedIn(on)
    await on.app.close()
    const server = await testServer({ databaseUrl, secretKey, passwordGrant: 'off' })
    for (const [door, status] of [
      ['/token', 422],
      ['/oauth/token', 400],
    ] as const) {
      const named = await server.postForm(door, { ...alice, grant_type: 'password' })
      expect(named.statusCode).toBe(400)
      expect(named.json()).toMatchObject({ error: 'unsupported_grant_type' })
      const absent = await server.postForm(door, alice)
      expect(absent.statusCode).toBe(status)
      expect(absent.json()).toMatchObject({ error: 'invalid_request' })
    }
    const metadata = await server.app.inject('/.well-known/oauth-authorization-server')
    expect(metadata.json().grant_types_supported).toEqual(['refresh_token', 'client_credentials'])
    await refreshed(server, tokens.refresh_token)
  })
})

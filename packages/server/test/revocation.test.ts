/** Contract, section 5: `POST /revoke` (RFC 7009). */

import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { type TestServer, testServer } from './test-server.js'
import {
  type Answer,
  addClient,
  alive,
  basic,
  claimsOf,
  dead,
  entries,
  guardedStatuses,
  refresh,
  refreshed,
  send,
  signedIn,
} from './token-requests.js'

const minute = 60_000

function expectDone(answer: Answer): void {
  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toEqual({})
  expect(answer.headers).toMatchObject({ 'cache-control': 'no-store' })
}

/** The same claims under somebody else's key. */
function forge(token: string): string {
  const [header = '', payload = ''] = token.split('.')
  const { privateKey } = generateKeyPairSync('ed25519')
  const signature = sign(null, Buffer.from(`${header}.${payload}`), privateKey)
  return `${header}.${payload}.${signature.toString('base64url')}`
}

for (const database of databases) {
  describe(`revocation on ${database.name}`, () => {
    async function serverWithAlice(): Promise<TestServer> {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser()
      return server
    }

    it('F05 any token of a session ends it: access or refresh, current, old or expired', async () => {
      const server = await serverWithAlice()
      const which = [
        'old refresh',
        'current refresh',
        'old access',
        'current access',
        'expired access',
      ] as const
      for (const kind of which) {
        const first = await signedIn(server)
        server.pass(minute)
        const next = await refreshed(server, first.refresh_token)
        const bystander = await signedIn(server)
        if (kind === 'expired access') server.pass(120 * minute)
        const token = {
          'old refresh': first.refresh_token,
          'current refresh': next.refresh_token,
          'old access': first.access_token,
          'current access': next.access_token,
          'expired access': first.access_token,
        }[kind]
        expectDone(await send(server, '/revoke', { token }))
        for (const access of [first.access_token, next.access_token]) {
          expect(await guardedStatuses(server, access)).toEqual(dead)
        }
        expect((await refresh(server, next.refresh_token)).json().error).toBe('invalid_grant')
        await refreshed(server, bystander.refresh_token)
      }
      expect(await entries(server, 'session_ended')).toHaveLength(which.length)
      // An old token that is presented for revocation is no theft.
      expect(await entries(server, 'refresh_reused')).toEqual([])
    })

    it('F01 what was answered holds after a start from the same database', async () => {
      const databaseUrl = await database.url()
      const secretKey = 'ab'.repeat(32)
      const before = await testServer({ databaseUrl, secretKey })
      await before.addUser()
      const secret = await addClient(before, 'batch', { grants: ['client_credentials'] })
      const tokens = await signedIn(before)
      const own = await send(
        before,
        '/oauth/token',
        { grant_type: 'client_credentials' },
        basic('batch', secret),
      )
      const ownToken = own.json().access_token
      expectDone(await send(before, '/revoke', { token: tokens.access_token }))
      expectDone(await send(before, '/revoke', { token: ownToken }, basic('batch', secret)))
      await before.app.close()
      const after = await testServer({ databaseUrl, secretKey })
      expect(await guardedStatuses(after, tokens.access_token)).toEqual(dead)
      expect((await after.get('/items/', ownToken)).statusCode).toBe(401)
      expect((await refresh(after, tokens.refresh_token)).statusCode).toBe(400)
    })

    it('F05 a client_credentials token is an entry of its own', async () => {
      const server = await serverWithAlice()
      const secret = await addClient(server, 'batch', { grants: ['client_credentials'] })
      const by = basic('batch', secret)
      const take = async () =>
        (await send(server, '/oauth/token', { grant_type: 'client_credentials' }, by)).json()
          .access_token as string
      const [one, two] = [await take(), await take()]
      for (const _ of ['once', 'and again'])
        expectDone(await send(server, '/revoke', { token: one }, by))
      expect((await server.get('/items/', one)).statusCode).toBe(401)
      expect((await server.get('/items/', two)).statusCode).toBe(200)
    })

    it('F04 another client’s token is refused and stays whole', async () => {
      const server = await serverWithAlice()
      const secret = await addClient(server, 'app', {
        grants: ['password', 'refresh_token', 'client_credentials'],
      })
      const other = await addClient(server, 'other', { grants: ['password'] })
      const theirs = await signedIn(server, {}, basic('app', secret))
      const own = await send(
        server,
        '/oauth/token',
        { grant_type: 'client_credentials' },
        basic('app', secret),
      )
      const ownToken: string = own.json().access_token
      for (const token of [theirs.access_token, theirs.refresh_token, ownToken]) {
        for (const headers of [{}, basic('other', other)]) {
          const answer = await send(server, '/revoke', { token }, headers)
          expect(answer.statusCode).toBe(400)
          expect(answer.json()).toMatchObject({ error: 'invalid_request' })
        }
      }
      expect(await guardedStatuses(server, theirs.access_token)).toEqual(alive)
      expect((await server.get('/items/', ownToken)).statusCode).toBe(200)
      await refreshed(server, theirs.refresh_token, {}, basic('app', secret))
    })

    it('F06 F08 a forged JWT with a real jti and sid does nothing', async () => {
      const server = await serverWithAlice()
      const { access_token: token, refresh_token } = await signedIn(server)
      const [header, , signature] = token.split('.')
      const { sid } = claimsOf(token)
      const unsigned = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' }))
      for (const forged of [
        forge(token),
        `${header}.${Buffer.from(JSON.stringify({ ...claimsOf(token), jti: 'x' })).toString('base64url')}.${signature}`,
        `${unsigned.toString('base64url')}.${token.split('.')[1]}.`,
        String(sid),
      ]) {
        expectDone(await send(server, '/revoke', { token: forged }))
      }
      expect(await guardedStatuses(server, token)).toEqual(alive)
      await refreshed(server, refresh_token)
    })
  })
}

describe('POST /revoke', () => {
  it('F02 what is no token of ours is 200, with nothing said', async () => {
    const server = await testServer()
    for (const token of [
      'unknown',
      'lkr_',
      'lkr_AAAA',
      'a.b.c',
      'eyJhbGciOiJub25lIn0.e30.',
      'ä',
      '\0',
    ]) {
      expectDone(await send(server, '/revoke', { token }))
    }
  })

  it('F02 F05 a session that has ended already is 200 again, by each of its tokens', async () => {
    const server = await testServer()
    await server.addUser()
    const tokens = await signedIn(server)
    for (const token of [tokens.access_token, tokens.refresh_token, tokens.access_token]) {
      expectDone(await send(server, '/revoke', { token }))
    }
    expect(await entries(server, 'session_ended')).toHaveLength(1)
  })

  it.each(['access_token', 'refresh_token', 'id_token', 'nonsense'])(
    'F03 the hint %s keeps no token from being found',
    async (token_type_hint) => {
      const server = await testServer()
      await server.addUser()
      for (const kind of ['access_token', 'refresh_token'] as const) {
        const tokens = await signedIn(server)
        expectDone(await send(server, '/revoke', { token: tokens[kind], token_type_hint }))
        expect(await guardedStatuses(server, tokens.access_token)).toEqual(dead)
      }
    },
  )

  it('F04 a confidential client must prove itself, even about a token that is none', async () => {
    const server = await testServer()
    await addClient(server, 'app', { grants: ['password'] })
    for (const headers of [basic('app', 'wrong'), basic('nobody', '')]) {
      const answer = await send(server, '/revoke', { token: 'x' }, headers)
      expect(answer.statusCode).toBe(401)
      expect(answer.json()).toMatchObject({ error: 'invalid_client' })
      expect(answer.headers['www-authenticate']).toMatch(/^Basic\b/)
    }
    const inForm = await send(server, '/revoke', { token: 'x', client_id: 'app' })
    expect(inForm.statusCode).toBe(401)
  })

  it('D01 D02 D04 asks for a form with one token, by POST', async () => {
    const server = await testServer()
    for (const payload of [
      '',
      'token=',
      'token_type_hint=access_token',
      'token=a&token=b',
      'token=%ff',
    ]) {
      const answer = await server.app.inject({
        method: 'POST',
        url: '/revoke?token=abc',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload,
      })
      expect(answer.statusCode).toBe(400)
      expect(answer.json()).toMatchObject({ error: 'invalid_request' })
      expect(answer.headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      })
    }
    const json = await server.app.inject({
      method: 'POST',
      url: '/revoke',
      payload: { token: 'x' },
    })
    expect(json.statusCode).toBe(415)
    const large = await send(server, '/revoke', { token: 'x'.repeat(17_000) })
    expect(large.statusCode).toBe(413)
    const read = await server.app.inject('/revoke')
    expect([read.statusCode, read.headers.allow]).toEqual([405, 'POST'])
  })
})

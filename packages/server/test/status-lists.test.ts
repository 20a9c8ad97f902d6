/** Contract, section 5: `GET /status-lists/{n}` (draft-ietf-oauth-status-list). */

import { randomBytes } from 'node:crypto'
import fastify from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Refusal } from '../src/errors.js'
import { latchkey } from '../src/index.js'
import type { Database } from '../src/store/database.js'
import { openDatabase } from '../src/store/open.js'
import { databases } from './databases.js'
import {
  getList,
  keysOf,
  openList,
  placeOf,
  readList,
  type StatusListClaim,
  statusOf,
} from './status-list-reader.js'
import { alice, issuer, type TestServer, testServer } from './test-server.js'
import {
  addClient,
  basic,
  claimsOf,
  refreshed,
  send,
  sendJson,
  signedIn,
} from './token-requests.js'

const minute = 60_000
const listSize = 2 ** 20

/** The examples of draft-ietf-oauth-status-list, appendix "Test vectors" and section 4.1: what must be at each place. */
const examples: readonly [name: string, list: StatusListClaim, statuses: number[]][] = [
  [
    'of one bit',
    { bits: 1, lst: 'eNrbuRgAAhcBXQ' },
    [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1],
  ],
  ['of two bits', { bits: 2, lst: 'eNo76fITAAPfAgc' }, [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]],
]

describe('the reader of these tests', () => {
  it.each(examples)('reads the draft’s own example %s', (_name, list, statuses) => {
    const { size, at } = openList(list)
    expect(size).toBe(statuses.length)
    expect(statuses.map((_, index) => at(index))).toEqual(statuses)
  })
})

async function serverWithAlice(settings: Parameters<typeof testServer>[0] = {}) {
  const server = await testServer(settings)
  await server.addUser()
  return server
}

async function firstList(server: TestServer) {
  const uri = `${issuer}/status-lists/1`
  const answer = await getList(server, uri)
  return { answer, list: await readList(answer.body, uri, await keysOf(server)) }
}

for (const database of databases) {
  describe(`status lists on ${database.name}`, () => {
    const started = async (databaseUrl?: string) =>
      serverWithAlice({ databaseUrl: databaseUrl ?? (await database.url()) })

    it('are signed tokens of full size from the first moment', async () => {
      const server = await started()
      const { answer, list } = await firstList(server)
      expect(answer.headers).toMatchObject({
        'content-type': 'application/statuslist+jwt',
        'cache-control': 'public, max-age=2',
        'x-content-type-options': 'nosniff',
        etag: expect.stringMatching(/^"[\w-]{43}"$/),
      })
      const { keys } = (await server.app.inject('/.well-known/jwks.json')).json()
      expect(list.header).toEqual({ typ: 'statuslist+jwt', alg: 'EdDSA', kid: keys[0].kid })
      const { iat } = list.claims
      expect(list.claims).toEqual({
        sub: `${issuer}/status-lists/1`,
        iat: expect.any(Number),
        exp: Number(iat) + 300,
        ttl: 5,
        status_list: { bits: 2, lst: expect.stringMatching(/^eA[\w-]+$/) },
      })
      expect(list.size).toBe(listSize)
      expect([0, 1, listSize - 1].map(list.at)).toEqual([0, 0, 0])
    })

    it('are named by the aggregation, the next one before it is used', async () => {
      const server = await started()
      const { uri } = placeOf(await server.signIn())
      const answer = await server.app.inject('/status-lists')
      expect(answer.headers['content-type']).toContain('application/json')
      expect(answer.headers['cache-control']).toBe('public, max-age=2')
      expect(answer.json()).toEqual({ status_lists: [uri, `${issuer}/status-lists/2`] })
      for (const each of answer.json().status_lists) {
        expect((await getList(server, each)).statusCode).toBe(200)
      }
    })

    it('F05 F10 hold for all access tokens of a session, and revoke them when it ends', async () => {
      const server = await started()
      const tokens = await signedIn(server)
      const next = await refreshed(server, tokens.refresh_token)
      const other = (await signedIn(server)).access_token
      expect(placeOf(next.access_token)).toEqual(placeOf(tokens.access_token))
      expect(placeOf(other)).not.toEqual(placeOf(tokens.access_token))
      expect(await statusOf(server, tokens.access_token)).toBe(0)
      await send(server, '/revoke', { token: next.refresh_token })
      server.pass(2000)
      expect(await statusOf(server, tokens.access_token)).toBe(1)
      expect(await statusOf(server, next.access_token)).toBe(1)
      expect(await statusOf(server, other)).toBe(0)
    })

    it('E12 E13 revoke whatever ends a session', async () => {
      const server = await started()
      await server.addUser({ username: 'root', scopes: ['admin'] })
      const admin = (await signedIn(server, { username: 'root', scope: 'admin' })).access_token
      const { users } = server.latchkey
      const endings: Record<string, (token: string) => Promise<unknown>> = {
        'one by an admin': (token) =>
          sendJson(server, 'DELETE', `/admin/sessions/${claimsOf(token).sid}`, admin),
        'all by an admin': (token) =>
          sendJson(server, 'DELETE', `/admin/sessions?user_id=${claimsOf(token).sub}`, admin),
        'all by the user': (token) =>
          sendJson(server, 'DELETE', '/users/me/sessions', token, {
            current_password: alice.password,
          }),
        password: () => users.setPassword('alice', alice.password, { actor: 'test' }),
        disabled: () => users.setDisabled('alice', true, { actor: 'test' }),
      }
      for (const [how, end] of Object.entries(endings)) {
        const [one, two] = [await signedIn(server), await signedIn(server)]
        await end(one.access_token)
        server.pass(2000)
        expect(await statusOf(server, one.access_token), how).toBe(1)
        expect(await statusOf(server, two.access_token), how).toBe(how.startsWith('one') ? 0 : 1)
      }
      expect(await statusOf(server, admin)).toBe(0)
    })

    it('E06 revoke a session whose refresh token was stolen', async () => {
      const server = await started()
      const first = await signedIn(server)
      const second = await refreshed(server, first.refresh_token)
      server.pass(minute)
      await send(server, '/token', {
        grant_type: 'refresh_token',
        refresh_token: first.refresh_token,
      })
      server.pass(2000)
      expect(await statusOf(server, second.access_token)).toBe(1)
    })

    it('F05 a client’s own token has a place of its own', async () => {
      const server = await started()
      const secret = await addClient(server, 'batch', { grants: ['client_credentials'] })
      const by = basic('batch', secret)
      const take = async (): Promise<string> =>
        (await send(server, '/token', { grant_type: 'client_credentials' }, by)).json().access_token
      const [one, two] = [await take(), await take()]
      expect(placeOf(one)).not.toEqual(placeOf(two))
      await send(server, '/revoke', { token: one }, by)
      server.pass(2000)
      expect(await statusOf(server, one)).toBe(1)
      expect(await statusOf(server, two)).toBe(0)
    })

    it('take a session in at its next refresh that has no place, or one in a list that is gone', async () => {
      const databaseUrl = await database.url()
      const server = await started(databaseUrl)
      const direct = await openDatabase(databaseUrl, Date.now)
      onTestFinished(() => direct.close())
      for (const list of [null, 0]) {
        const tokens = await signedIn(server)
        const query = direct.build.updateTable('sessions').set({ status_list: list }).compile()
        await direct.write([{ query }])
        const next = await refreshed(server, tokens.refresh_token)
        expect(placeOf(next.access_token).uri).toBe(`${issuer}/status-lists/1`)
        expect(placeOf(next.access_token)).not.toEqual(placeOf(tokens.access_token))
        expect((await server.get('/users/me', next.access_token)).statusCode).toBe(200)
        await send(server, '/revoke', { token: next.access_token })
        server.pass(2000)
        expect(await statusOf(server, next.access_token)).toBe(1)
      }
    })

    it('F10 E10 say the same at every process, and after a start from the same database', async () => {
      const databaseUrl = await database.url()
      const secretKey = randomBytes(32).toString('hex')
      const one = await serverWithAlice({ databaseUrl, secretKey })
      const other = await testServer({ databaseUrl, secretKey })
      const [ended, live] = [await signedIn(one), await signedIn(other)]
      expect(placeOf(ended.access_token)).not.toEqual(placeOf(live.access_token))
      await send(other, '/revoke', { token: ended.access_token })
      for (const server of [one, other]) {
        server.pass(2000)
        expect(await statusOf(server, ended.access_token)).toBe(1)
        expect(await statusOf(server, live.access_token)).toBe(0)
      }
      await one.app.close()
      const again = await testServer({ databaseUrl, secretKey })
      expect(await statusOf(again, ended.access_token)).toBe(1)
      expect(await statusOf(again, live.access_token)).toBe(0)
    })
  })
}

describe('the publication of a status list', () => {
  it('is signed anew when something changed, and no more often than the half of the ttl', async () => {
    const server = await serverWithAlice()
    const { access_token: token } = await signedIn(server)
    const { uri } = placeOf(token)
    const first = await getList(server, uri)
    await send(server, '/revoke', { token })
    server.pass(1900)
    const soon = await getList(server, uri)
    expect(soon.body).toBe(first.body)
    expect(soon.headers['cache-control']).toBe('public, max-age=0')
    server.pass(100)
    const then = await getList(server, uri)
    expect(then.body).not.toBe(first.body)
    expect(then.headers['cache-control']).toBe('public, max-age=2')
  })

  it('follows LATCHKEY_STATUS_TTL', async () => {
    const server = await serverWithAlice({ statusTtl: '1m' })
    const { answer, list } = await firstList(server)
    expect(list.claims.ttl).toBe(60)
    expect(answer.headers['cache-control']).toBe('public, max-age=24')
  })

  it('is the same for a minute where nothing changed, and then lives on', async () => {
    const server = await serverWithAlice()
    const { answer, list } = await firstList(server)
    const etag = String(answer.headers.etag)
    server.pass(59_000)
    const uri = `${issuer}/status-lists/1`
    const unchanged = await getList(server, uri, { 'if-none-match': `"other", W/${etag}` })
    expect(unchanged.statusCode).toBe(304)
    expect(unchanged.body).toBe('')
    expect(unchanged.headers).toMatchObject({ etag, 'cache-control': 'public, max-age=2' })
    server.pass(2000)
    const renewed = await getList(server, uri, { 'if-none-match': etag })
    expect(renewed.statusCode).toBe(200)
    const later = await readList(renewed.body, uri, await keysOf(server))
    expect(later.claims.exp).toBe(Number(list.claims.exp) + 61)
  })

  it('C06 C07 is signed anew, with the key that signs, as soon as the key changes', async () => {
    const server = await testServer()
    const { list } = await firstList(server)
    const { key } = await server.latchkey.keyRotation.rotate(true, { actor: 'test' })
    await server.latchkey.keyRotation.retire(String(list.header.kid), { actor: 'test' })
    const after = (await firstList(server)).list
    expect(after.header.kid).toBe(key.row.kid)
    expect(after.header.kid).not.toBe(list.header.kid)
  })

  it('is made once, however many ask at once', async () => {
    const server = await serverWithAlice()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => getList(server, `${issuer}/status-lists/1`)),
    )
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
  })

  it('vouches for nothing that it can not know: without the database it ends with its last one', async () => {
    let isAway = false
    const server = await testServer({}, (real) => {
      const read: Database['read'] = async (query) => {
        if (isAway) throw new Refusal('storage_unavailable')
        return real.read(query)
      }
      return new Proxy(real, {
        get: (target, name) => {
          const value = name === 'read' ? read : Reflect.get(target, name, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    })
    const first = await getList(server, `${issuer}/status-lists/1`)
    isAway = true
    server.pass(4 * minute)
    const old = await getList(server, `${issuer}/status-lists/1`)
    expect(claimsOf(old.body)).toMatchObject({ iat: claimsOf(first.body).iat })
    server.pass(minute)
    const late = await getList(server, `${issuer}/status-lists/1`)
    expect(late.statusCode).toBe(503)
    expect(late.headers['retry-after']).toBeDefined()
    isAway = false
    expect((await getList(server, `${issuer}/status-lists/1`)).statusCode).toBe(200)
  })

  it('is signed by the shared secret with HS256, in the compatible form too', async () => {
    const hs256Secret = randomBytes(32).toString('hex')
    const settings = { signingAlgorithm: 'HS256', hs256Secret, subject: 'username' }
    const server = await serverWithAlice(settings)
    const { access_token: token } = await signedIn(server)
    const { uri, idx } = placeOf(token)
    const list = await readList((await getList(server, uri)).body, uri, () =>
      new TextEncoder().encode(hs256Secret),
    )
    expect(list.header.alg).toBe('HS256')
    expect(list.at(idx)).toBe(0)
  })
})

describe('the addresses of status lists', () => {
  it.each(['0', '3', '01', '1.0', '+1', '1e0', '-1', 'a', '%31x', '1000000000', '__proto__'])(
    'answer 404 for %s',
    async (number) => {
      const server = await testServer()
      const answer = await server.app.inject(`/status-lists/${number}`)
      expect(answer.statusCode).toBe(404)
      expect(answer.json()).toMatchObject({ status: 404 })
    },
  )

  it('answer 501 to who asks how a list was at another time', async () => {
    const server = await testServer()
    const answer = await server.app.inject('/status-lists/1?time=1686925000')
    expect(answer.statusCode).toBe(501)
    expect(answer.json()).toMatchObject({ status: 501, title: 'Not Implemented' })
  })

  it('answer no other methods', async () => {
    const server = await testServer()
    for (const url of ['/status-lists', '/status-lists/1']) {
      const answer = await server.app.inject({ method: 'POST', url })
      expect(answer.statusCode).toBe(405)
      expect(answer.headers.allow).toBe('GET')
    }
  })

  it('are under the prefix, as the issuer is, and open to listed pages', async () => {
    const app = fastify()
    onTestFinished(() => app.close())
    await app.register(latchkey, {
      databaseUrl: 'sqlite::memory:',
      prefix: '/auth',
      issuer: 'https://app.example.com/auth',
      corsOrigins: 'https://spa.example.com',
    })
    const headers = { origin: 'https://spa.example.com' }
    const lists = await app.inject({ url: '/auth/status-lists', headers })
    expect(lists.json().status_lists[0]).toBe('https://app.example.com/auth/status-lists/1')
    const list = await app.inject({ url: '/auth/status-lists/1', headers })
    expect(list.statusCode).toBe(200)
    expect(claimsOf(list.body).sub).toBe('https://app.example.com/auth/status-lists/1')
    for (const answer of [lists, list]) {
      expect(answer.headers['access-control-allow-origin']).toBe('https://spa.example.com')
    }
  })
})

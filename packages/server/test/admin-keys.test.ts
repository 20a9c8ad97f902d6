/** Contract, section 6: `/admin/keys`. */

import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { day, published, second, signerOf } from './rotating-server.js'
import { alice, type TestServer, testServer } from './test-server.js'
import { claimsOf, entries, sendJson, signedIn } from './token-requests.js'

const url = '/admin/keys'

async function withAdmin(settings = {}): Promise<{ server: TestServer; admin: string }> {
  const server = await testServer(settings)
  await server.addUser({ username: 'root', scopes: ['admin'] })
  const admin = (await signedIn(server, { username: 'root', scope: 'admin' })).access_token
  return { server, admin }
}

for (const database of databases) {
  describe(`${url} on ${database.name}`, () => {
    it('C01 lists, replaces and retires keys, and shows no private half', async () => {
      const settings = { databaseUrl: await database.url(), accessTokenTtl: '1d' }
      const { server, admin } = await withAdmin(settings)
      await server.addUser()
      const listed = await server.get(url, admin)
      expect(listed.headers['cache-control']).toBe('no-store')
      const time = expect.stringMatching(/Z$/)
      const first = {
        kid: signerOf(admin),
        alg: 'EdDSA',
        state: 'signing',
        created_at: time,
        signs_from: time,
        verifies_until: null,
        retired_at: null,
      }
      expect(listed.json()).toEqual({ items: [first], next_cursor: null })

      server.pass(second)
      const made = await sendJson(server, 'POST', url, admin)
      expect(made.statusCode).toBe(201)
      expect(made.headers['cache-control']).toBe('no-store')
      const { kid } = made.json()
      expect(made.json()).toEqual({ ...first, kid, state: 'pending' })
      server.pass(second)
      const again = await sendJson(server, 'POST', url, admin, {})
      expect([again.statusCode, again.json().kid]).toEqual([200, kid])
      server.pass(second)
      const sooner = await sendJson(server, 'POST', url, admin, { now: true })
      expect([sooner.statusCode, sooner.json().kid]).toEqual([200, kid])
      expect(Date.parse(sooner.json().signs_from)).toBeLessThan(Date.parse(made.json().signs_from))
      server.pass(5 * second)
      expect(signerOf(await server.signIn())).toBe(kid)
      const [old] = (await server.get(url, admin)).json().items
      expect(old).toEqual({ ...first, state: 'verifying', verifies_until: time })
      expect(Date.parse(old.verifies_until)).toBeGreaterThan(Date.parse(old.signs_from) + day)

      const retired = await sendJson(server, 'DELETE', `${url}/${first.kid}`, admin)
      expect([retired.statusCode, retired.body]).toEqual([204, ''])
      expect(await published(server)).toEqual([kid])
      expect((await server.get(url, admin)).statusCode).toBe(401)

      const next = (await signedIn(server, { username: 'root', scope: 'admin' })).access_token
      const shown = await server.get(url, next)
      expect(shown.json().items).toEqual([
        { ...first, state: 'retired', retired_at: time },
        { ...first, kid },
      ])
      const acts = (await entries(server)).filter(({ event }) => event.startsWith('key_'))
      const root = `user:${claimsOf(admin).sub}`
      expect(acts.map(({ event, actor }) => [event, actor])).toEqual([
        ['key_retired', root],
        ['key_rotated', root],
        ['key_rotated', root],
        ['key_created', 'system'],
      ])
    })
  })
}

describe(url, () => {
  it('I07 is for nobody without the scope admin', async () => {
    const server = await testServer()
    await server.addUser()
    const token = (await signedIn(server, alice)).access_token
    const kid = signerOf(token)
    const asked = (given: string) =>
      Promise.all([
        server.get(url, given),
        sendJson(server, 'POST', url, given),
        sendJson(server, 'DELETE', `${url}/${kid}`, given),
      ])
    expect((await asked(token)).map(({ statusCode }) => statusCode)).toEqual([403, 403, 403])
    expect((await asked('x')).map(({ statusCode }) => statusCode)).toEqual([401, 401, 401])
    expect(await published(server)).toEqual([kid])
  })

  it('answers 404 for a key that is not there, 422 for odd bodies, 405 with what is allowed', async () => {
    const { server, admin } = await withAdmin()
    for (const kid of ['none', '__proto__', '%00', "'--", 'x'.repeat(200)]) {
      const answer = await sendJson(server, 'DELETE', `${url}/${kid}`, admin)
      expect([400, 404, 414]).toContain(answer.statusCode)
    }
    for (const body of [{ now: 1 }, { now: 'true' }, { kid: 'x' }, []]) {
      expect((await sendJson(server, 'POST', url, admin, body)).statusCode).toBe(422)
    }
    const wrong = await sendJson(server, 'PATCH', url, admin, {})
    expect([wrong.statusCode, wrong.headers.allow]).toEqual([405, 'GET, POST'])
    expect(await published(server)).toHaveLength(1)
  })

  it('C01 has no keys with HS256, and answers 409 to who wants to change them', async () => {
    const { server, admin } = await withAdmin({
      signingAlgorithm: 'HS256',
      hs256Secret: 'a phrase that nobody publishes: 7f1c6a0e',
    })
    expect((await server.get(url, admin)).json()).toEqual({ items: [], next_cursor: null })
    const answers = [
      await sendJson(server, 'POST', url, admin),
      await sendJson(server, 'DELETE', `${url}/${signerOf(admin)}`, admin),
    ]
    for (const answer of answers) {
      expect(answer.statusCode).toBe(409)
      expect(answer.json().detail).toMatch(/LATCHKEY_HS256_SECRET/)
    }
    expect((await server.get('/users/me', admin)).statusCode).toBe(200)
  })
})

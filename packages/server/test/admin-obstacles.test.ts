/** Why a user can't sign in, as an admin is told it. */

import { describe, expect, it } from 'vitest'
import type { SettingOptions } from '../src/settings/settings.js'
import { databases } from './databases.js'
import { entry, user } from './store/rows.js'
import { alice, type TestServer, testServer } from './test-server.js'
import { addClient, claimsOf, entries, sendJson, signedIn } from './token-requests.js'

const bcrypt2x = `$2x$12$${'N9qo8uLOickgx2ZMRZoMye'}${'I'.repeat(31)}`

for (const database of databases) {
  describe(`/admin/users/{id}/obstacles on ${database.name}`, () => {
    async function served(settings: SettingOptions = {}) {
      const server = await testServer({ databaseUrl: await database.url(), ...settings })
      await server.addUser({ username: 'root', scopes: ['admin'] })
      await server.addUser({ email: 'alice@example.com', emailVerified: true })
      const admin = (await signedIn(server, { username: 'root', scope: 'admin' })).access_token
      const { id } = await server.latchkey.users.get('alice')
      const path = `/admin/users/${id}`
      const obstacles = async () => (await server.get(`${path}/obstacles`, admin)).json().items
      return { server, admin, path, id, obstacles }
    }

    it('H02 says until when a name waits, without counting that look, and an admin ends it', async () => {
      const { server, admin, path, id, obstacles } = await served()
      const nothing = await server.get(`${path}/obstacles`, admin)
      expect(nothing.json()).toEqual({ items: [], next_cursor: null })
      for (const username of ['alice', 'ALICE@example.com']) {
        for (let times = 0; times < 10; times++) await fail(server, { username })
      }
      for (let times = 0; times < 5; times++) await obstacles()
      const found = await obstacles()
      expect(found).toMatchObject([
        { code: 'name_waits', stops: 'all', about: 'alice' },
        { code: 'name_waits', stops: 'all', about: 'alice@example.com' },
      ])
      const wait = Date.parse(found[0].until) - server.latchkey.clock()
      expect(wait).toBeGreaterThan(0)
      expect(wait).toBeLessThan(1500)
      expect((await fail(server)).statusCode).toBe(429)
      expect((await sendJson(server, 'DELETE', `${path}/attempts`, admin)).statusCode).toBe(204)
      expect(await obstacles()).toEqual([])
      expect((await server.postForm('/token', { ...alice })).statusCode).toBe(200)
      const byAddress = { ...alice, username: 'alice@example.com' }
      expect((await server.postForm('/token', byAddress)).statusCode).toBe(200)
      const [event] = await entries(server, 'user_unlocked')
      expect(event).toMatchObject({ user_id: id, actor: `user:${claimsOf(admin).sub}` })
    })

    it('is for admins, finds nobody who is not there, and leaves the waits of others with the same address', async () => {
      const { server, admin, path } = await served()
      const { access_token: own } = await signedIn(server)
      expect((await server.get(`${path}/obstacles`, own)).statusCode).toBe(403)
      expect((await sendJson(server, 'DELETE', `${path}/attempts`, own)).statusCode).toBe(403)
      for (const id of ['nobody', '%00', 'a b']) {
        const url = `/admin/users/${id}`
        expect((await server.get(`${url}/obstacles`, admin)).statusCode).toBe(404)
        expect((await sendJson(server, 'DELETE', `${url}/attempts`, admin)).statusCode).toBe(404)
      }
      await server.addUser({ username: 'mallory', email: 'alice@example.com' })
      const { id } = await server.latchkey.users.get('mallory')
      for (let times = 0; times < 10; times++) await fail(server, { username: 'alice@example.com' })
      await sendJson(server, 'DELETE', `/admin/users/${id}/attempts`, admin)
      expect((await fail(server, { username: 'alice@example.com' })).statusCode).toBe(429)
      const items = (await server.get(`/admin/users/${id}/obstacles`, admin)).json().items
      expect(items).toEqual([
        { code: 'email_unverified', stops: 'some', until: null, about: 'alice@example.com' },
      ])
    })

    it('names the network that a user was in, where it is full, and a full limit over everything', async () => {
      const { server, obstacles } = await served({
        failuresPerNetwork: '5/1h',
        failuresOverall: '12/10m',
      })
      await fail(server, alice, '203.0.113.7')
      for (let at = 0; at < 20; at++) {
        await fail(server, { username: `nobody${at}` }, `203.0.113.${at < 10 ? 7 : at}`)
      }
      expect(await obstacles()).toMatchObject([
        { code: 'network_waits', stops: 'some', about: '203.0.113.7', until: expect.any(String) },
        { code: 'all_wait', stops: 'all', about: null, until: expect.any(String) },
      ])
    })

    it('tells a user who is disabled, has no password, or one that can’t be read', async () => {
      const { server, admin, path, obstacles } = await served()
      await sendJson(server, 'PATCH', path, admin, { disabled: true })
      expect(await obstacles()).toMatchObject([{ code: 'user_disabled', stops: 'all' }])
      const users = { carol: null, dave: bcrypt2x }
      for (const [username, hash] of Object.entries(users)) {
        const row = user({ username, username_key: username })
        await server.latchkey.store.users.create(row, hash, entry())
        const { id } = row
        const { password } = (await server.get(`/admin/users/${id}`, admin)).json()
        expect(password?.format).toBe(hash === null ? undefined : 'unreadable')
        const [found] = (await server.get(`/admin/users/${id}/obstacles`, admin)).json().items
        const code = hash === null ? 'no_password' : 'hash_unreadable'
        expect(found).toMatchObject({ code, stops: 'all' })
        if (hash !== null) expect(found.about).toContain('$2x$')
        expect(JSON.stringify(found)).not.toContain('N9qo8u')
        server.pass(1000)
        await fail(server, { username })
        const [failed] = await entries(server, 'sign_in_failed')
        expect(failed).toMatchObject({ user_id: id, detail: JSON.stringify({ reason: code }) })
      }
    })

    it('K03 records a sign-in that asks for a scope it can’t have, which is no failure to be counted', async () => {
      const { server, id } = await served()
      for (let times = 0; times < 12; times++) {
        // What names no scope may be a password, in the wrong field.
        const scope = 'account admin typed-by-mistake'
        const answer = await server.postForm('/token', { ...alice, scope })
        expect(answer.json().error).toBe('invalid_scope')
      }
      const detail = JSON.stringify({ reason: 'scope_not_allowed', scope: 'admin' })
      const failed = await entries(server, 'sign_in_failed')
      expect(failed).toHaveLength(12)
      expect(failed[0]).toMatchObject({ user_id: id, client_id: 'first-party', detail })
    })
  })
}

it('finds that nobody can sign in with a password, whoever they are', async () => {
  const off = await testServer({ firstPartyClient: 'off' })
  await off.addUser()
  const user = await off.latchkey.users.get('alice')
  const none = [{ code: 'no_client', stops: 'all' }]
  expect(await off.latchkey.obstacles.of(user)).toEqual(none)
  await addClient(off, 'machine', { grants: ['client_credentials'] })
  expect(await off.latchkey.obstacles.of(user)).toEqual(none)
  await addClient(off, 'app', { grants: ['password'] })
  expect(await off.latchkey.obstacles.of(user)).toEqual([])
  const without = await testServer({ passwordGrant: 'off' })
  await without.addUser()
  expect(await without.latchkey.obstacles.of(await without.latchkey.users.get('alice'))).toEqual([
    { code: 'password_grant_off', stops: 'all' },
  ])
})

function fail(server: TestServer, user: object = {}, remoteAddress = '127.0.0.1') {
  return server.app.inject({
    method: 'POST',
    url: '/token',
    remoteAddress,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ ...alice, ...user, password: 'not it' }).toString(),
  })
}

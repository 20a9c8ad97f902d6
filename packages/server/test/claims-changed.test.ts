/** Contract, section 5: status 3, "claims changed". */

import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { settling } from '../src/core/scope-changes.js'
import { databases } from './databases.js'
import { placeOf, statusOf } from './status-list-reader.js'
import { type TestServer, testServer } from './test-server.js'
import {
  addClient,
  alive,
  claimsOf,
  dead,
  entries,
  guardedStatuses,
  refresh,
  refreshed,
  send,
  signedIn,
  type TokenBody,
} from './token-requests.js'

const by = { actor: 'test' }
const minute = 60_000
const changed = 'Bearer error="invalid_token", error_description="claims changed"'

for (const database of databases) {
  describe(`changed claims on ${database.name}`, () => {
    const started = async (settings: Parameters<typeof testServer>[0] = {}) => {
      const server = await testServer({ databaseUrl: await database.url(), ...settings })
      await server.addUser({ scopes: ['items:read', 'items:write'] })
      return server
    }

    const setScopes = (server: TestServer, ...scopes: string[]) =>
      server.latchkey.users.setScopes('alice', scopes, by)

    async function expectChanged(server: TestServer, { access_token: token }: TokenBody) {
      for (const path of ['/users/me', '/items/']) {
        const answer = await server.get(path, token)
        expect(answer.statusCode).toBe(401)
        expect(answer.headers['www-authenticate']).toBe(changed)
      }
    }

    it('refuses the tokens of a session at once, and the next refresh brings what is so now', async () => {
      const server = await started()
      const before = await signedIn(server)
      expect(before.scope).toBe('account items:read items:write')
      await setScopes(server, 'items:read')
      await expectChanged(server, before)
      server.pass(2000)
      expect(await statusOf(server, before.access_token)).toBe(3)
      const after = await refreshed(server, before.refresh_token)
      expect(after.scope).toBe('account items:read')
      expect(claimsOf(after.access_token).sid).toBe(claimsOf(before.access_token).sid)
      expect(placeOf(after.access_token)).not.toEqual(placeOf(before.access_token))
      expect(await guardedStatuses(server, after.access_token)).toEqual(alive)
      expect(await statusOf(server, after.access_token)).toBe(0)
      await expectChanged(server, before)
      const next = await refreshed(server, after.refresh_token)
      expect(placeOf(next.access_token)).toEqual(placeOf(after.access_token))
      expect(await entries(server, 'user_scopes_changed')).toMatchObject([
        { actor: 'test', detail: JSON.stringify({ scopes: 'items:read' }) },
      ])
    })

    it('brings what was added, too', async () => {
      const server = await started()
      const before = await signedIn(server)
      await setScopes(server, 'items:read', 'items:write', 'more')
      await expectChanged(server, before)
      const after = await refreshed(server, before.refresh_token)
      expect(after.scope).toBe('account items:read items:write more')
    })

    it('marks those sessions alone whose tokens would be others', async () => {
      const server = await started()
      await addClient(server, 'reader', {
        confidential: false,
        grants: ['password', 'refresh_token'],
        scopes: ['items:read'],
      })
      const all = await signedIn(server)
      const narrow = await signedIn(server, { scope: 'items:read' })
      const reader = await signedIn(server, { client_id: 'reader' })
      await server.addUser({ username: 'bob', scopes: ['items:write'] })
      const bob = await signedIn(server, { username: 'bob' })
      await setScopes(server, 'items:read')
      await expectChanged(server, all)
      for (const { access_token } of [narrow, reader, bob]) {
        expect(await guardedStatuses(server, access_token)).toEqual(alive)
        expect(await statusOf(server, access_token)).toBe(0)
      }
      // It must be named, and is therefore in no token that did not name it.
      await setScopes(server, 'admin', 'items:read')
      expect(await guardedStatuses(server, narrow.access_token)).toEqual(alive)
    })

    it('is over when nothing has changed', async () => {
      const server = await started()
      const tokens = await signedIn(server)
      await setScopes(server, 'items:write', 'items:read', 'items:read')
      expect(await guardedStatuses(server, tokens.access_token)).toEqual(alive)
    })

    it('E04 answers a repeat within the grace with the new place, too', async () => {
      const server = await started()
      const before = await signedIn(server)
      await setScopes(server, 'items:read')
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => refreshed(server, before.refresh_token)),
      )
      const places = answers.map(({ access_token }) => JSON.stringify(placeOf(access_token)))
      expect(new Set(places).size).toBe(1)
      expect(new Set(answers.map(({ refresh_token }) => refresh_token)).size).toBe(1)
      for (const { access_token } of answers) {
        expect(await guardedStatuses(server, access_token)).toEqual(alive)
      }
    })

    it('never makes a revoked session merely changed', async () => {
      const server = await started()
      const tokens = await signedIn(server)
      await setScopes(server, 'items:read')
      await send(server, '/revoke', { token: tokens.refresh_token })
      await setScopes(server)
      server.pass(2000)
      expect(await statusOf(server, tokens.access_token)).toBe(1)
      const answer = await server.get('/items/', tokens.access_token)
      expect(answer.headers['www-authenticate']).not.toContain('claims changed')
      expect((await refresh(server, tokens.refresh_token)).json().error).toBe('invalid_grant')
    })

    it('F07 makes a token inactive where it is asked about', async () => {
      const server = await started()
      const secret = await addClient(server, 'asker', { scopes: ['introspect'] })
      const { access_token: token, refresh_token } = await signedIn(server)
      const ask = async (asked: string) =>
        (
          await send(server, '/introspect', {
            token: asked,
            client_id: 'asker',
            client_secret: secret,
          })
        ).json().active
      expect(await ask(token)).toBe(true)
      await setScopes(server, 'items:read')
      expect(await ask(token)).toBe(false)
      expect(await ask((await refreshed(server, refresh_token)).access_token)).toBe(true)
    })

    it('holds at another process at once where the session is read, and for the rest at its next look', async () => {
      const shared = {
        databaseUrl: await database.url(),
        secretKey: randomBytes(32).toString('hex'),
      }
      const one = await started(shared)
      const other = await testServer(shared)
      const tokens = await signedIn(one)
      expect(await guardedStatuses(other, tokens.access_token)).toEqual(alive)
      await setScopes(one, 'items:read')
      expect((await other.get('/users/me', tokens.access_token)).headers['www-authenticate']).toBe(
        changed,
      )
      await expect
        .poll(async () => (await other.get('/items/', tokens.access_token)).statusCode)
        .toBe(401)
      await expectChanged(other, tokens)
      const after = await refreshed(other, tokens.refresh_token)
      for (const server of [one, other]) {
        expect(await guardedStatuses(server, after.access_token)).toEqual(alive)
      }
    })

    it('lets no sign-in keep what was taken away while the password was checked', async () => {
      const server = await started()
      const signingIn = Promise.all(Array.from({ length: 6 }, () => signedIn(server)))
      await setScopes(server, 'items:read')
      for (const { access_token, scope } of await signingIn) {
        const isRefused = (await server.get('/items/', access_token)).statusCode === 401
        expect(isRefused || scope === 'account items:read').toBe(true)
      }
    })

    it('lets no refresh keep what was taken away meanwhile', async () => {
      const server = await started()
      const sessions = await Promise.all(Array.from({ length: 6 }, () => signedIn(server)))
      const refreshing = Promise.all(
        sessions.map(({ refresh_token }) => refreshed(server, refresh_token)),
      )
      await setScopes(server, 'items:read')
      await setScopes(server, 'items:write')
      for (const { access_token, refresh_token, scope } of await refreshing) {
        const isRefused = (await server.get('/items/', access_token)).statusCode === 401
        expect(isRefused || scope === 'account items:write').toBe(true)
        expect((await refreshed(server, refresh_token)).scope).toBe('account items:write')
      }
    })
  })

  describe(`changed scopes of a client on ${database.name}`, () => {
    const life = 30 * minute

    async function withApp(scopes: string[]): Promise<TestServer> {
      const server = await testServer({ databaseUrl: await database.url() })
      // What it has in hand when its own turn comes, a test could not take.
      await server.latchkey.scopeChanges.stop()
      await server.addUser({ scopes: ['a', 'b', 'c'] })
      await server.addUser({ username: 'bob', scopes: ['c'] })
      const terms = { confidential: false, grants: ['password', 'refresh_token'] as const, scopes }
      await addClient(server, 'app', terms)
      return server
    }

    const inApp = (server: TestServer, fields: Record<string, string> = {}) =>
      signedIn(server, { client_id: 'app', ...fields })

    const edit = (server: TestServer, ...scopes: string[]) =>
      server.latchkey.clientRegistry.edit('app', { scopes }, by)

    /** Runs until all whose turn has come have been told. */
    async function tell(server: TestServer): Promise<void> {
      for (let run = 0; run < 16; run++) await server.latchkey.scopeChanges.run()
      server.pass(2000)
    }

    it('reach its sessions within the life of a token, and none of another client', async () => {
      const server = await withApp(['a', 'b'])
      const [sessions, bob, others] = [
        [await inApp(server), await inApp(server, { scope: 'a b' })],
        await inApp(server, { username: 'bob' }),
        await signedIn(server),
      ]
      const narrow = await inApp(server, { scope: 'a' })
      await edit(server, 'a')
      server.pass(life)
      await tell(server)
      for (const { access_token } of sessions) expect(await statusOf(server, access_token)).toBe(3)
      for (const { access_token } of [narrow, bob, others]) {
        expect(await statusOf(server, access_token)).toBe(0)
      }
      const fields = { client_id: 'app' }
      const after = await refreshed(server, sessions[0]?.refresh_token ?? '', fields)
      expect(after.scope).toBe('a')
      expect(await statusOf(server, after.access_token)).toBe(0)
      expect(await server.latchkey.store.scopeChanges.pending()).toEqual([])
    })

    it('are spread over that time', async () => {
      const server = await withApp(['a'])
      for (let count = 0; count < 24; count++) {
        await server.addUser({ username: `user${count}`, scopes: ['a', 'b'] })
      }
      const sessions: TokenBody[] = []
      for (let count = 0; count < 24; count++) {
        sessions.push(await inApp(server, { username: `user${count}` }))
      }
      await edit(server, 'a', 'b')
      const told = async () => {
        await tell(server)
        const statuses = sessions.map(({ access_token }) => statusOf(server, access_token))
        return (await Promise.all(statuses)).filter((status) => status === 3).length
      }
      expect(await told()).toBe(0)
      server.pass(life / 2)
      const half = await told()
      expect(half).toBeGreaterThan(0)
      expect(half).toBeLessThan(24)
      server.pass(life / 2)
      expect(await told()).toBe(24)
    })

    it('pass over sessions that have refreshed since', async () => {
      const server = await withApp(['a', 'b'])
      const before = await inApp(server)
      await edit(server, 'a')
      server.pass(settling + 1000)
      const after = await refreshed(server, before.refresh_token, { client_id: 'app' })
      server.pass(life)
      await tell(server)
      expect(await statusOf(server, after.access_token)).toBe(0)
      expect(after.scope).toBe('a')
    })

    it('go on at another process where one has stopped, and are told once by many', async () => {
      const shared = {
        databaseUrl: await database.url(),
        secretKey: randomBytes(32).toString('hex'),
      }
      const one = await testServer(shared)
      await one.addUser({ scopes: ['a', 'b'] })
      const grants = ['password', 'refresh_token'] as const
      await addClient(one, 'app', { confidential: false, grants, scopes: ['a', 'b'] })
      const tokens = await inApp(one)
      await edit(one, 'a')
      one.pass(life / 4)
      await one.latchkey.scopeChanges.run()
      const [pending] = await one.latchkey.store.scopeChanges.pending()
      expect(pending?.slice).toBeGreaterThan(0)
      await one.app.close()
      const [two, three] = [await testServer(shared), await testServer(shared)]
      for (const server of [two, three]) server.pass(life)
      // A run of a server's own accord may hold it for a while.
      const told = async () => {
        await Promise.all([two, three].map((server) => server.latchkey.scopeChanges.run()))
        return two.latchkey.store.scopeChanges.pending()
      }
      await expect.poll(told, { timeout: 20_000 }).toEqual([])
      expect(await statusOf(two, tokens.access_token)).toBe(3)
    })

    it('reach all its sessions soon when it is disabled or deleted', async () => {
      const server = await withApp(['a'])
      const tokens = await inApp(server)
      await server.latchkey.clientRegistry.edit('app', { disabled: true }, by)
      expect(await guardedStatuses(server, tokens.access_token)).toEqual(dead)
      server.pass(settling + 1000)
      await tell(server)
      expect(await statusOf(server, tokens.access_token)).toBe(3)
      const fields = { client_id: 'app' }
      expect((await refresh(server, tokens.refresh_token, fields)).statusCode).toBe(401)
      await server.latchkey.clientRegistry.edit('app', { disabled: false }, by)
      const after = await refreshed(server, tokens.refresh_token, fields)
      expect(await statusOf(server, after.access_token)).toBe(0)
      expect(await guardedStatuses(server, after.access_token)).toEqual(alive)
      await server.latchkey.clientRegistry.remove('app', by)
      server.pass(settling + 1000)
      await tell(server)
      expect(await statusOf(server, after.access_token)).toBe(3)
    })
  })
}

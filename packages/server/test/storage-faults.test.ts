/** Checklist F01, K06, M04: where storage fails in the middle of something, the answer is 503 and nothing is half done. */

import pg from 'pg'
import { describe, expect, it } from 'vitest'
import type { SessionId } from '../src/store/schema.js'
import { databases, newUrl } from './databases.js'
import { Faults, type Moment } from './faulty-database.js'
import { expectUnavailable } from './refused.js'
import { alice, type TestServer, testServer } from './test-server.js'
import {
  type Answer,
  addClient,
  basic,
  claimsOf,
  doors,
  entries,
  refresh,
  refreshed,
  send,
  sendJson,
  signedIn,
  type TokenBody,
} from './token-requests.js'

interface Scene {
  server: TestServer
  app: Record<string, string>
  /** Of alice, after one rotation. */
  first: TokenBody
  current: TokenBody
  /** How many ends of sessions the log had before. */
  told: number
}

interface Operation {
  name: string
  run(scene: Scene): Promise<Answer>
  /** Of a run that nothing stood in the way of, or that followed a failed one. */
  succeeds: number
  /** After a failure and before the next try; `after` is for what was committed unheard. */
  holds(scene: Scene): Promise<void>
}

const minute = 60_000
let newcomers = 0

async function sessionOf({ server, current }: Scene) {
  const id = String(claimsOf(current.access_token).sid) as SessionId
  const session = await server.latchkey.store.sessions.find(id)
  if (session === undefined) throw new Error('The session is gone')
  return session
}

/** The session has ended where, and only where, the log has come to say so. */
async function endsByItsEvent(scene: Scene, event: string): Promise<void> {
  const { ended_at } = await sessionOf(scene)
  const ends = (await entries(scene.server)).filter((entry) => isEnd(entry.event))
  const told = ends.slice(0, ends.length - scene.told).map((entry) => entry.event)
  expect(told).toEqual(ended_at === null ? [] : [event])
}

const operations: readonly Operation[] = [
  ...doors.map((door) => ({
    name: `a sign-in at ${door}`,
    run: ({ server }: Scene) => send(server, door, alice),
    succeeds: 200,
    async holds({ server }: Scene) {
      const { rows } = await server.latchkey.sessions.list({ limit: 100 })
      expect(await entries(server, 'sign_in')).toHaveLength(rows.length)
    },
  })),
  {
    name: 'a registration',
    run: ({ server }) => {
      const username = `newcomer${++newcomers}`
      const payload = { ...alice, username, email: `${username}@example.com` }
      return server.app.inject({ method: 'POST', url: '/users', payload })
    },
    succeeds: 201,
    async holds({ server }) {
      const { rows } = await server.latchkey.users.list({ limit: 999 })
      expect(await entries(server, 'user_created')).toHaveLength(rows.length)
    },
  },
  {
    name: 'a failed sign-in',
    run: ({ server }) => send(server, '/token', { ...alice, password: 'wrong' }),
    succeeds: 401,
    async holds() {},
  },
  {
    name: 'a refresh',
    run: ({ server, current }) => refresh(server, current.refresh_token),
    succeeds: 200,
    async holds(scene) {
      expect((await sessionOf(scene)).ended_at).toBeNull()
      // An answer that was lost in the break is asked for again.
      scene.server.pass(1000)
    },
  },
  {
    name: 'a repeat',
    run: ({ server, first }) => refresh(server, first.refresh_token),
    succeeds: 200,
    async holds(scene) {
      expect((await sessionOf(scene)).ended_at).toBeNull()
    },
  },
  {
    name: 'a theft',
    run: ({ server, first }) => {
      server.pass(minute)
      return refresh(server, first.refresh_token)
    },
    succeeds: 400,
    holds: (scene) => endsByItsEvent(scene, 'refresh_reused'),
  },
  {
    name: 'a revocation by refresh token',
    run: ({ server, current }) => send(server, '/revoke', { token: current.refresh_token }),
    succeeds: 200,
    holds: (scene) => endsByItsEvent(scene, 'session_ended'),
  },
  {
    name: 'a revocation by access token',
    run: ({ server, current }) => send(server, '/revoke', { token: current.access_token }),
    succeeds: 200,
    holds: (scene) => endsByItsEvent(scene, 'session_ended'),
  },
  {
    name: 'an introspection of an access token',
    run: ({ server, app, current }) =>
      send(server, '/introspect', { token: current.access_token }, app),
    succeeds: 200,
    async holds() {},
  },
  {
    name: 'an introspection of a refresh token',
    run: ({ server, app, current }) =>
      send(server, '/introspect', { token: current.refresh_token }, app),
    succeeds: 200,
    async holds() {},
  },
  {
    name: 'a client’s own token',
    run: ({ server, app }) =>
      send(server, '/oauth/token', { grant_type: 'client_credentials' }, app),
    succeeds: 200,
    async holds() {},
  },
  {
    name: 'a reading of the record',
    run: ({ server, current }) => server.get('/users/me', current.access_token),
    succeeds: 200,
    async holds() {},
  },
  {
    name: 'a sign-out everywhere',
    run: ({ server, current }) =>
      sendJson(server, 'DELETE', '/users/me/sessions', current.access_token),
    succeeds: 204,
    holds: (scene) => endsByItsEvent(scene, 'session_ended'),
  },
]

interface Place {
  server: TestServer
  app: Record<string, string>
}

async function setPlace(databaseUrl: string, faults: Faults): Promise<Place> {
  const server = await testServer({ databaseUrl, registration: 'open' }, faults.around)
  // Their timers use the database too, and must not take the failure away from the request.
  const { cleanUp, keyRotation, scopeChanges } = server.latchkey
  await Promise.all([cleanUp.stop(), keyRotation.stop(), scopeChanges.stop()])
  await server.addUser()
  const secret = await addClient(server, 'watcher', {
    grants: ['client_credentials'],
    scopes: ['introspect'],
  })
  return { server, app: basic('watcher', secret) }
}

/** A new session, a little later than whatever came before, so that a repeat is one by any clock. */
async function setScene(place: Place): Promise<Scene> {
  const { server } = place
  server.pass(minute)
  const first = await signedIn(server)
  const current = await refreshed(server, first.refresh_token)
  server.pass(1000)
  const ends = (await entries(server)).filter(({ event }) => isEnd(event))
  return { ...place, first, current, told: ends.length }
}

function isEnd(event: string): boolean {
  return event === 'session_ended' || event === 'refresh_reused'
}

for (const database of databases) {
  describe(`where ${database.name} fails in the middle`, () => {
    it.each(operations)(
      'F01 K06 $name is 503 at each step, and right when asked for again',
      async (operation) => {
        const { run, succeeds, holds } = operation
        const faults = new Faults()
        let failures = 0
        for (const moment of ['before', 'after'] as const satisfies Moment[]) {
          const place = await setPlace(await database.url(), faults)
          for (let calls = 0; ; calls++) {
            const scene = await setScene(place)
            faults.arm(calls, moment)
            const answer = await run(scene)
            if (faults.disarm()) {
              expect(answer.statusCode).toBe(succeeds)
              break
            }
            failures++
            expectUnavailable(answer)
            await holds(scene)
            const again = await run(scene)
            // What was committed unheard has taken effect: the caller of "sign out everywhere" too.
            expect([succeeds, ...(succeeds === 204 ? [401] : [])]).toContain(again.statusCode)
          }
          await place.server.app.close()
        }
        expect(failures).toBeGreaterThan(0)
      },
    )

    it('F01 with the store closed everything that reads or writes is 503, and verification goes on', async () => {
      const place = await setPlace(await database.url(), new Faults())
      const { server, app, current, first } = await setScene(place)
      const { sid } = claimsOf(current.access_token)
      await server.latchkey.store.close()
      for (const answer of [
        await send(server, '/token', alice),
        await send(server, '/oauth/token', alice),
        await refresh(server, current.refresh_token),
        await refresh(server, first.refresh_token),
        await send(server, '/revoke', { token: current.access_token }),
        await send(server, '/revoke', { token: current.refresh_token }),
        await send(server, '/introspect', { token: current.access_token }, app),
        await server.get('/users/me', current.access_token),
        await server.get('/users/me/sessions', current.access_token),
        await sendJson(server, 'DELETE', `/users/me/sessions/${sid}`, current.access_token),
      ]) {
        expectUnavailable(answer)
      }
      expect((await server.get('/items/', current.access_token)).statusCode).toBe(200)
      // What is no token of ours needs no storage to be told so.
      expect((await refresh(server, 'forged')).statusCode).toBe(400)
      expect((await send(server, '/revoke', { token: 'forged' })).statusCode).toBe(200)
      for (const path of ['/.well-known/jwks.json', '/.well-known/oauth-authorization-server']) {
        expect((await server.app.inject(path)).statusCode).toBe(200)
      }
    })
  })
}

describe('where PostgreSQL loses a connection within a unit', () => {
  it('M04 the caller is told 503, nothing of the unit is there, and the next try is right', async () => {
    const url = await newUrl('PostgreSQL')
    const server = await testServer({ databaseUrl: url })
    await server.addUser()
    const { access_token, refresh_token } = await signedIn(server)
    const admin = new pg.Client(url)
    await admin.connect()
    await admin.query(`
      create function break_connection() returns trigger language plpgsql as
      $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$`)
    await admin.query(
      'create trigger broken before insert on audit for each row execute function break_connection()',
    )
    for (const answer of [
      await send(server, '/revoke', { token: refresh_token }),
      await send(server, '/oauth/token', alice),
    ]) {
      expectUnavailable(answer)
    }
    expect((await server.get('/users/me', access_token)).statusCode).toBe(200)
    await admin.query('drop trigger broken on audit')
    await admin.end()
    expect((await send(server, '/revoke', { token: refresh_token })).statusCode).toBe(200)
    expect((await server.get('/users/me', access_token)).statusCode).toBe(401)
  })
})

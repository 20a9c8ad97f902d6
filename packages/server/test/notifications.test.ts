/** Nodes on one PostgreSQL hear of each other's changes at once, and at the next look where they can not. */

import { describe, expect, it, vi } from 'vitest'
import type { Database } from '../src/store/database.js'
import { openStore } from '../src/store/open.js'
import { addRole, administer, postgresUrl, schemaOf } from './postgres-roles.js'
import { entry } from './store/rows.js'
import { type TestServer, testServer } from './test-server.js'
import { addClient, basic, send, signedIn } from './token-requests.js'

/** Longer than any test: what is heard of was told. */
const never = 3_600_000
const patience = { timeout: 20_000, interval: 20 }

interface Nodes {
  one: TestServer
  other: TestServer
}

async function nodes(
  databaseUrl: string,
  pollEvery?: number,
  around?: (database: Database) => Database,
): Promise<Nodes> {
  const one = await testServer({ databaseUrl }, around, pollEvery)
  await one.addUser()
  return { one, other: await testServer({ databaseUrl }, around, pollEvery) }
}

/** Signs in at both and out at one. @returns the token that was ended */
async function signedOut({ one, other }: Nodes): Promise<string> {
  const tokens = await signedIn(one)
  expect((await other.get('/items/', tokens.access_token)).statusCode).toBe(200)
  expect((await send(one, '/revoke', { token: tokens.refresh_token })).statusCode).toBe(200)
  return tokens.access_token
}

async function expectRefused({ other }: Nodes, token: string): Promise<void> {
  await vi.waitFor(async () => {
    expect((await other.get('/items/', token)).statusCode).toBe(401)
  }, patience)
}

describe('nodes on one PostgreSQL', () => {
  it('F10 refuse at once what was signed out at another, with no look of their own', async () => {
    const both = await nodes(await postgresUrl(), never)
    await expectRefused(both, await signedOut(both))
    await expectRefused({ one: both.other, other: both.one }, await signedOut(both))
  })

  it('F05 hear of all that the feed holds: tokens without a session, and clients', async () => {
    const both = await nodes(await postgresUrl(), never)
    const { one, other } = both
    const secret = await addClient(one, 'machine', { grants: ['client_credentials'] })
    const grant = { grant_type: 'client_credentials' }
    const token = async () => (await send(one, '/token', grant, basic('machine', secret))).json()
    const [ended, blocked] = [(await token()).access_token, (await token()).access_token]
    await send(one, '/revoke', { token: ended }, basic('machine', secret))
    await expectRefused(both, ended)
    expect((await other.get('/items/', blocked)).statusCode).toBe(200)
    await one.latchkey.clientRegistry.remove('machine', { actor: 'test' })
    await expectRefused(both, blocked)
  })

  it('F10 miss nothing while the connection that listens is broken, however often', async () => {
    const owner = await postgresUrl()
    const role = await addRole(owner)
    await administer(owner, `grant all on schema ${schemaOf(owner)} to ${role.name}`)
    const both = await nodes(role.url, never)
    for (let time = 0; time < 3; time++) {
      await administer(
        owner,
        `select pg_terminate_backend(pid) from pg_stat_activity
         where usename = '${role.name}' and application_name = 'latchkey listener'`,
      )
      await expectRefused(both, await signedOut(both))
    }
  })

  it('F10 find by polling what nobody tells them', async () => {
    const both = await nodes(await postgresUrl(), undefined, silent)
    await expectRefused(both, await signedOut(both))
    const { log } = both.other
    expect(log.filter((line) => line.includes('has no notifications'))).toHaveLength(1)
  })

  it('are not woken by another Latchkey in the same database, nor by themselves', async () => {
    const [url, elsewhere] = [await postgresUrl(), await postgresUrl()]
    const woken = { ours: 0, beside: 0, elsewhere: 0 }
    const ours = await openStore(url)
    const beside = await openStore(url)
    const other = await openStore(elsewhere)
    await ours.changes.watch(() => void woken.ours++)
    await beside.changes.watch(() => void woken.beside++)
    await other.changes.watch(() => void woken.elsewhere++)
    await ours.changes.endToken('jti', entry())
    await vi.waitFor(() => expect(woken.beside).toBe(1), patience)
    // What comes after on each connection has overtaken nothing.
    await other.changes.endToken('jti', entry())
    await beside.changes.endToken('another', entry())
    await vi.waitFor(() => expect(woken.ours).toBe(1), patience)
    expect(woken).toEqual({ ours: 1, beside: 1, elsewhere: 0 })
    for (const store of [ours, beside, other]) await store.close()
  })
})

/** As where the database, or something in front of it, passes no messages on. */
function silent(database: Database): Database {
  return new Proxy(database, {
    get(target, name) {
      if (name === 'watch') return async () => undefined
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

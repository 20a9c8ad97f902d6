/** LATCHKEY_DATABASE_REPLICA_URL where it is a standby, and what `latchkey doctor` says of it. */

import { tmpdir } from 'node:os'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { openStore } from '../../packages/server/src/store/open.js'
import { run } from '../../packages/server/test/cli/run.js'
import { administer } from '../../packages/server/test/postgres-roles.js'
import { TcpProxy } from '../../packages/server/test/tcp-proxy.js'
import { signIn } from '../sessions/requests.js'
import { ServerProcess } from '../sessions/server-process.js'
import { PostgresPair } from './postgres-pair.js'

let pair: PostgresPair
let proxy: TcpProxy
let server: ServerProcess
let admin: string

beforeAll(async () => {
  pair = await PostgresPair.start()
  const { hostname: host, port } = new URL(pair.standbyUrl)
  proxy = await TcpProxy.start({ host, port: Number(port) })
  const replica = { LATCHKEY_DATABASE_REPLICA_URL: proxy.through(pair.standbyUrl) }
  server = await ServerProcess.start(tmpdir(), pair.url, replica)
  const root = { username: 'admin', password: server.adminPassword ?? '', scope: 'admin' }
  admin = (await signIn(server.url, root)).accessToken
})

afterAll(async () => {
  await server?.kill()
  await proxy?.stop()
  await pair?.stop()
})

const authorization = () => ({ authorization: `Bearer ${admin}` })

async function addClient(id: string): Promise<void> {
  const { status } = await fetch(`${server.url}/admin/clients`, {
    method: 'POST',
    headers: { ...authorization(), 'content-type': 'application/json' },
    body: JSON.stringify({ id }),
  })
  expect(status).toBe(201)
}

async function clients(): Promise<string[]> {
  const answer = await fetch(`${server.url}/admin/clients`, { headers: authorization() })
  expect(answer.status).toBe(200)
  const { items }: { items: { id: string }[] } = await answer.json()
  return items.map(({ id }) => id)
}

async function replay(change: 'pause' | 'resume'): Promise<void> {
  await administer(pair.standbyUrl, `select pg_wal_replay_${change}()`)
}

/** What is found of the replica: by the checks' names, verdict and detail. */
async function findings(url: string, replicaUrl: string): Promise<Record<string, string>> {
  const store = await openStore(url, {
    migrate: false,
    replica: { url: replicaUrl, told: () => {} },
  })
  try {
    const checks = await store.examineReplica()
    return Object.fromEntries(
      checks.map(({ check, verdict, detail }) => [check, `${verdict}: ${detail}`]),
    )
  } finally {
    await store.close()
  }
}

it('M06 a standby answers the lists, and the database itself while it is away', async () => {
  await addClient('first')
  await expect.poll(clients, { timeout: 20_000 }).toEqual(['first'])
  await replay('pause')
  await addClient('second')
  expect(await clients()).toEqual(['first'])
  proxy.close()
  expect(await clients()).toEqual(['first', 'second'])
  await replay('resume')
  proxy.open()
  await expect.poll(clients, { timeout: 20_000 }).toEqual(['first', 'second'])
})

it('doctor says that it is a standby, how far behind it is, and how it is reached', async () => {
  expect(await findings(pair.url, pair.standbyUrl)).toEqual({
    'replica identity': 'holds: a standby of this database',
    'replica lag': expect.stringMatching(/^holds: less than \d+(\.\d)? s$/),
    'replica connection': 'holds: on this machine',
  })
})

it('doctor finds one that stands still, or does not answer', async () => {
  await replay('pause')
  await addClient('third')
  expect((await findings(pair.url, pair.standbyUrl))['replica lag']).toMatch(
    /^warns: more than 2 s behind, and its last change is \d+ s old$/,
  )
  await replay('resume')
  const env = {
    LATCHKEY_DATABASE_URL: pair.url,
    LATCHKEY_DATABASE_REPLICA_URL: 'postgres://latchkey:hunter2@127.0.0.1:1/latchkey',
  }
  const { stdout } = await run(['doctor'], { env })
  expect(stdout).toMatch(
    /^warn +PostgreSQL replica: away, and done without: .*ECONNREFUSED 127\.0\.0\.1:1/m,
  )
  expect(stdout).not.toContain('hunter2')
})

it('doctor finds one that is no standby, or of another database', async () => {
  expect((await findings(pair.url, pair.url))['replica identity']).toMatch(/^warns: takes writes/)
  const foreign = expect.stringMatching(/^fails: of another database/)
  const own = inject('postgresUrl')
  expect(await findings(own, pair.standbyUrl)).toMatchObject({ 'replica identity': foreign })
  // A role that is not told what server it is on goes by what is kept there.
  await administer(
    pair.url,
    'revoke execute on function pg_control_system() from public',
    'create role reader login',
    'grant select on all tables in schema public to reader',
    'create schema other',
    'create table other.refresh_keys as select id || id as id, generation from refresh_keys',
    'grant usage on schema other to reader',
    'grant select on other.refresh_keys to reader',
  )
  const as = (url: string, query = '') => `${url.replace('postgres@', 'reader@')}${query}`
  const found = async (query: string) => findings(as(pair.url), as(pair.standbyUrl, query))
  const identity = expect.stringMatching(/^holds: a standby/)
  await expect
    .poll(() => found(''), { timeout: 20_000 })
    .toMatchObject({ 'replica identity': identity })
  const elsewhere = '?options=-c%20search_path%3Dother'
  expect(await found(elsewhere)).toMatchObject({ 'replica identity': foreign })
})

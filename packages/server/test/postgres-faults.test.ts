/** A PostgreSQL that is wrong from the start, goes wrong later, or is cut off at the worst moment. */

import pg from 'pg'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { explain } from '../src/explain.js'
import { openStore } from '../src/store/open.js'
import { serverLimits } from '../src/store/postgres/limits.js'
import { addRole, administer, grantService, postgresUrl, schemaOf } from './postgres-roles.js'
import { expectUnavailable } from './refused.js'
import { TcpProxy } from './tcp-proxy.js'
import { alice, doors, type TestServer, testServer } from './test-server.js'
import { refresh, refreshed, send, signedIn, type TokenBody } from './token-requests.js'

async function reasonAgainst(url: string): Promise<string> {
  try {
    await (await openStore(url)).close()
  } catch (error) {
    return explain(error)
  }
  throw new Error('It was opened')
}

describe('a PostgreSQL that will not do is refused in one sentence', () => {
  it('where nobody listens', async () => {
    expect(await reasonAgainst('postgres://somebody:hunter2@127.0.0.1:1/x')).toBe(
      "The database can't be used: connect ECONNREFUSED 127.0.0.1:1.",
    )
  })

  it('where there is no such database', async () => {
    const url = new URL(inject('postgresUrl'))
    url.pathname = 'not_there'
    expect(await reasonAgainst(url.href)).toMatch(
      /^The database is not there: make it, .*not_there/,
    )
  })

  it('where the role may not log in', async () => {
    const role = await addRole(await postgresUrl(), 'nologin')
    expect(await reasonAgainst(role.url)).toMatch(/^The database does not let us in: .*log in/)
  })

  it('where texts are kept in another encoding', async () => {
    const url = new URL(inject('postgresUrl'))
    const name = `latin_${process.pid}`
    await administer(url.href, `create database ${name} encoding 'LATIN1' template template0`)
    const latin = new URL(url)
    latin.pathname = name
    expect(await reasonAgainst(latin.href)).toBe(
      "The database keeps texts as LATIN1: make one with `create database ... encoding 'UTF8' template template0`.",
    )
    await administer(url.href, `drop database ${name}`)
  })

  it('where it only reads', async () => {
    const url = await postgresUrl()
    const role = await addRole(url)
    await administer(url, `alter role ${role.name} set default_transaction_read_only = on`)
    expect(await reasonAgainst(role.url)).toMatch(/^The database only reads: .*primary/)
  })

  it('where the role may not make tables', async () => {
    const url = await postgresUrl()
    const role = await addRole(url)
    await administer(url, `grant usage on schema ${schemaOf(url)} to ${role.name}`)
    expect(await reasonAgainst(role.url)).toMatch(/^The role .* lacks a right: docs\/postgres\.md/)
  })

  it.each(['prefer', 'allow', 'sometimes'])('where sslmode is %s', async (mode) => {
    expect(await reasonAgainst(`postgres://u:hunter2@127.0.0.1:1/x?sslmode=${mode}`)).toMatch(
      new RegExp(`^LATCHKEY_DATABASE_URL has sslmode=${mode}, under which nobody knows`),
    )
  })

  it('where TLS is asked for, and the server has none', async () => {
    const url = `${await postgresUrl()}&sslmode=require`
    expect(await reasonAgainst(url)).toBe(
      "The database can't be used: The server does not support SSL connections.",
    )
  })
})

describe('a PostgreSQL that goes wrong while it is used', () => {
  let url: string
  let proxy: TcpProxy
  let server: TestServer
  let tokens: TokenBody

  beforeEach(async () => {
    url = await postgresUrl()
    proxy = await TcpProxy.start(addressOf(url))
    server = await testServer({ databaseUrl: proxy.through(url) })
    await server.addUser()
    tokens = await signedIn(server)
  })

  afterEach(async () => {
    proxy.open()
    await server.app.close()
    await proxy.stop()
  })

  /** What reads or writes is 503, what does not goes on. */
  async function expectCutOff(): Promise<void> {
    for (const door of doors) expectUnavailable(await send(server, door, alice))
    expectUnavailable(await refresh(server, tokens.refresh_token))
    expectUnavailable(await send(server, '/revoke', { token: tokens.refresh_token }))
    expectUnavailable(await server.get('/users/me', tokens.access_token))
    expect((await server.app.inject('/readyz')).statusCode).toBe(503)
    expect((await server.app.inject('/healthz')).statusCode).toBe(200)
    expect((await server.get('/items/', tokens.access_token)).statusCode).toBe(200)
  }

  async function expectWell(): Promise<void> {
    expect((await server.app.inject('/readyz')).statusCode).toBe(200)
    tokens = await refreshed(server, tokens.refresh_token)
    expect((await server.get('/users/me', tokens.access_token)).statusCode).toBe(200)
  }

  it('K06 M05 and is away for a while: 503 meanwhile, verification goes on, no restart is needed', async () => {
    proxy.close()
    await expectCutOff()
    proxy.open()
    await expectWell()
  })

  it('K06 and is silent, as behind a network that swallows everything: 503 in bounded time', async () => {
    proxy.silence()
    expectUnavailable(await refresh(server, tokens.refresh_token))
    expect((await server.get('/items/', tokens.access_token)).statusCode).toBe(200)
    proxy.open()
    await expectWell()
  })

  it('K06 and loses a table, which comes back', async () => {
    await administer(url, 'alter table users rename to hidden')
    expectUnavailable(await send(server, '/token', alice))
    expectUnavailable(await refresh(server, tokens.refresh_token))
    await administer(url, 'alter table hidden rename to users')
    await expectWell()
  })

  it('K06 and lets another hold the row for too long', async () => {
    const other = new pg.Client(url)
    await other.connect()
    await other.query('begin')
    await other.query('update sessions set counter = counter')
    expectUnavailable(await refresh(server, tokens.refresh_token))
    await other.query('rollback')
    await other.end()
    await expectWell()
  })

  it('and lets a process hold the row that has been cut off in the middle: whoever waits outlasts it', async () => {
    const cutOff = new pg.Client({ connectionString: url, ...serverLimits })
    await cutOff.connect()
    const errors: Error[] = []
    cutOff.on('error', (error) => errors.push(error))
    await cutOff.query('begin')
    await cutOff.query('update sessions set counter = counter')
    await expectWell()
    expect(errors[0]).toMatchObject({ code: '25P03' })
  })

  it('names the fault to the operator alone', async () => {
    proxy.close()
    const answer = await send(server, '/token', alice)
    proxy.open()
    expect(answer.body).not.toMatch(/ECONN|127\.0\.0\.1|postgres/i)
    expect(server.log.some((line) => line.includes('storage_unavailable'))).toBe(true)
  })
})

describe('a role that serves', () => {
  it('needs no right to make tables, and is told when some are missing', async () => {
    const owner = await postgresUrl()
    const role = await addRole(owner)
    const store = await openStore(owner)
    await store.close()
    await grantService(owner, role)
    const server = await testServer({ databaseUrl: role.url })
    await server.addUser()
    const tokens = await refreshed(server, (await signedIn(server)).refresh_token)
    expect((await send(server, '/revoke', { token: tokens.refresh_token })).statusCode).toBe(200)

    await administer(owner, `revoke update on sessions from ${role.name}`)
    expectUnavailable(await refresh(server, (await signedIn(server)).refresh_token))
    const checks = await server.latchkey.store.examine()
    expect(checks).toContainEqual({
      check: 'rights',
      verdict: 'fails',
      detail: 'missing: update on sessions',
      remedy: expect.any(String),
    })
  })

  it('M05 drops its connections to a server that has come to only read', async () => {
    const owner = await postgresUrl()
    const role = await addRole(owner)
    await administer(owner, `grant all on schema ${schemaOf(owner)} to ${role.name}`)
    const server = await testServer({ databaseUrl: role.url })
    await server.addUser()
    const tokens = await signedIn(server)
    await administer(
      owner,
      `alter role ${role.name} set default_transaction_read_only = on`,
      `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role.name}'`,
    )
    // The first may meet a connection that is dead; the others meet one that only reads.
    for (let time = 0; time < 3; time++) {
      expectUnavailable(await refresh(server, tokens.refresh_token))
    }
    await administer(owner, `alter role ${role.name} reset default_transaction_read_only`)
    await refreshed(server, tokens.refresh_token)
  })
})

function addressOf(url: string) {
  const { hostname: host, port } = new URL(url)
  return { host, port: Number(port) }
}

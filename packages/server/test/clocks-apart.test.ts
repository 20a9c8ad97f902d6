/** Two nodes on one PostgreSQL, whose machines' clocks are three minutes apart. */

import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { createGuard, type Guard } from '@latchkey/guard'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Running, run, start } from './cli/run.js'
import { postgresUrl } from './postgres-roles.js'
import { opened } from './signer.js'
import { alice } from './test-server.js'

// Many processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const ahead = 90_000
/** Far more than the machine is ever late, far less than the clocks are apart. */
const close = 30

interface Pair {
  access_token: string
  refresh_token: string
}

describe('nodes whose clocks are wrong by 90 s, one this way and one the other', () => {
  let issuer: string
  let databaseUrl: string
  let settings: Record<string, string>
  let fast: Node
  let slow: Node

  beforeEach(async () => {
    databaseUrl = await postgresUrl()
    const port = await freePort()
    issuer = `http://127.0.0.1:${port}`
    settings = {
      LATCHKEY_DATABASE_URL: databaseUrl,
      LATCHKEY_ISSUER: issuer,
      LATCHKEY_SECRET_KEY: '0123456789abcdef'.repeat(4),
    }
    const user = ['user', 'add', alice.username]
    expect(await run(user, { env: settings, input: alice.password })).toMatchObject({ status: 0 })
    fast = await node({ ...settings, LATCHKEY_PORT: String(port) }, ahead)
    slow = await node({ ...settings, LATCHKEY_PORT: '0' }, -ahead)
  })

  it('M08 write tokens that say the same, take each other’s, and say whose clock is wrong', async () => {
    for (const [one, other] of [
      [fast, slow],
      [slow, fast],
    ] as const) {
      const pair = await signIn(one)
      const { iat, exp, auth_time: since } = opened(pair.access_token).claims
      expect(Math.abs(Number(iat) - Date.now() / 1000)).toBeLessThan(close)
      expect(Number(exp) - Number(iat)).toBe(30 * 60)
      expect(Math.abs(Number(since) - Number(iat))).toBeLessThan(close)
      for (const { address } of [one, other]) expect(await me(address, pair)).toBe(200)
      const next = await refresh(other, pair)
      expect(await me(one.address, next)).toBe(200)
      const last = await refresh(one, next)
      expect(
        Math.abs(Number(opened(last.access_token).claims.iat) - Date.now() / 1000),
      ).toBeLessThan(close)
    }
    expect(fast.server.printed()).toContain('"seconds":-90')
    expect(slow.server.printed()).toContain('"seconds":90')
  })

  it('M08 are believed by a guard whose clock is right, before and after a key is retired', async () => {
    const guard = newGuard(issuer)
    const before = await Promise.all([signIn(fast), signIn(slow)])
    for (const { access_token } of before) await guard.verify(access_token)
    const { kid } = opened(before[0].access_token).header
    const retired = await run(['key', 'retire', String(kid), '--now'], { env: settings })
    expect(retired).toMatchObject({ status: 0 })
    // Each node signs with the next key from when the database's clock says so.
    for (const one of [fast, slow]) {
      await vi.waitFor(
        async () => expect(opened((await signIn(one)).access_token).header.kid).not.toBe(kid),
        patience,
      )
      const pair = await signIn(one)
      // What takes a retired key's place signs at once: the other node sees it at its next look.
      for (const { address } of [fast, slow]) {
        await vi.waitFor(async () => expect(await me(address, pair)).toBe(200), patience)
      }
      await newGuard(issuer).verify(pair.access_token)
    }
  })
})

const patience = { timeout: 30_000, interval: 200 }

/** One that has read the keys as they are now. */
function newGuard(issuer: string): Guard {
  const guard = createGuard({ issuer, audience: issuer })
  onTestFinished(() => guard.close())
  return guard
}

interface Node {
  server: Running
  address: string
}

async function node(settings: Record<string, string>, shift: number): Promise<Node> {
  const clock = new URL('./shifted-clock.mjs', import.meta.url)
  const server = start(['serve'], {
    env: {
      ...settings,
      NODE_OPTIONS: `--import ${clock.href}`,
      LATCHKEY_TEST_CLOCK_SHIFT: String(shift),
    },
  })
  const [, address = ''] = await server.until(/"address":"(http:\/\/127\.0\.0\.1:\d+)"/)
  return { server, address }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function post({ address }: Node, fields: Record<string, string>): Promise<Pair> {
  const answer = await fetch(`${address}/token`, {
    method: 'POST',
    body: new URLSearchParams(fields),
  })
  expect(answer.status).toBe(200)
  return answer.json()
}

function signIn(at: Node): Promise<Pair> {
  return post(at, { grant_type: 'password', ...alice })
}

function refresh(at: Node, { refresh_token }: Pair): Promise<Pair> {
  return post(at, { grant_type: 'refresh_token', refresh_token })
}

async function me(address: string, { access_token }: Pair): Promise<number> {
  const headers = { authorization: `Bearer ${access_token}` }
  return (await fetch(`${address}/users/me`, { headers })).status
}

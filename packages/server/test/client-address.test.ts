/** Contract, section 9, and checklist H05: who called is told by trusted proxies, and by nobody else. */

import fastify from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { latchkey } from '../src/index.js'
import type { SettingOptions } from '../src/settings/settings.js'
import { databaseWithAlice, secretKey } from './embedded.js'
import { exchange, listen, request } from './raw-http.js'
import { forgedAddress, spoofedHeaders } from './spoofed-headers.js'
import { alice, issuer, type TestServer, testServer } from './test-server.js'

const proxy = '10.0.0.1'
const signIn = new URLSearchParams(alice).toString()

describe('without trusted proxies', () => {
  it('H05 no header changes what is recorded, in sixty spellings and more', async () => {
    const server = await signedUp()
    expect(spoofedHeaders.length).toBeGreaterThan(60)
    for (const [name, value] of spoofedHeaders) {
      expect([name, value, await recorded(server, { [name]: value })]).toEqual([name, value, proxy])
    }
    expect(server.log.join('')).not.toContain(forgedAddress)
  })
})

describe.for([
  ['a count', { trustedProxies: '1' }],
  ['an address', { trustedProxies: proxy }],
  ['a range', { trustedProxies: '192.168.0.0/16, 10.0.0.0/24' }],
] as const)('with one trusted proxy, as %s', ([, settings]) => {
  const client = '198.51.100.7'

  it('H05 what it appends counts, and nothing that the client sent', async () => {
    const server = await signedUp(settings)
    for (const [name, value] of spoofedHeaders) {
      const isTheirs = name.toLowerCase() === 'x-forwarded-for'
      const headers = isTheirs
        ? { [name]: `${value}, ${client}` }
        : { [name]: value, 'x-forwarded-for': client }
      expect([name, value, await recorded(server, headers)]).toEqual([name, value, client])
    }
    expect(server.log.join('')).not.toContain(forgedAddress)
  })

  it('H05 the header that was named is read, and the other one is not', async () => {
    const server = await signedUp({ ...settings, forwardedHeader: 'forwarded' })
    for (const [name, value] of spoofedHeaders) {
      const isTheirs = name.toLowerCase() === 'forwarded'
      const headers = isTheirs
        ? { [name]: `${value}, for=${client};proto=https` }
        : { [name]: value, forwarded: `for="${client}:4711"` }
      expect([name, value, await recorded(server, headers)]).toEqual([name, value, client])
    }
  })
})

it('H05 of several lines of the header the last counts, in any case', async () => {
  const server = await signedUp({ trustedProxies: '1' })
  const lines = [`X-Forwarded-For: ${forgedAddress}`, 'x-FORWARDED-for: 198.51.100.7']
  const answer = await exchange(await listen(server.app), request('GET /healthz', lines))
  expect(answer.status).toBe(200)
  const line = server.log.findLast((text) => text.includes('"answered"')) ?? ''
  expect(JSON.parse(line)).toMatchObject({ address: '198.51.100.7' })
})

it('H05 a range that the caller is not in makes nobody believe it', async () => {
  const server = await signedUp({ trustedProxies: '192.168.0.0/16' })
  for (const [name, value] of spoofedHeaders) {
    expect(await recorded(server, { [name]: value })).toBe(proxy)
  }
})

it('H05 where an app trusts proxies that embeds it, its own setting holds', async () => {
  const app = fastify({ trustProxy: true })
  onTestFinished(() => app.close())
  const databaseUrl = await databaseWithAlice()
  await app.register(latchkey, { databaseUrl, secretKey, issuer, prefix: '/auth' })
  app.get('/whoami', async ({ ip }) => ip)
  const headers = { 'x-forwarded-for': forgedAddress }
  const own = await app.inject({ url: '/whoami', headers, remoteAddress: proxy })
  expect(own.body).toBe(forgedAddress)

  const answer = await app.inject({
    method: 'POST',
    url: '/auth/token',
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    remoteAddress: proxy,
    payload: new URLSearchParams({ ...alice, scope: 'account' }).toString(),
  })
  const authorization = `Bearer ${answer.json<{ access_token: string }>().access_token}`
  const listed = await app.inject({ url: '/auth/users/me/sessions', headers: { authorization } })
  expect(listed.json()).toMatchObject({ items: [{ address: proxy }] })
})

describe('H05 forged headers change no limit', () => {
  const limit = 10
  const failuresPerNetwork = `${limit}/1h`

  it.for([
    ['without proxies', {}, (forged: string) => forged, '198.51.100.7'],
    ['behind one', { trustedProxies: '1' }, (forged: string) => `${forged}, 198.51.100.7`, proxy],
  ] as const)('%s', async ([, settings, spelled, remoteAddress]) => {
    const server = await signedUp({ ...settings, failuresPerNetwork })
    const attempt = async (number: number, headers: Record<string, string>, from: string) =>
      server.app.inject({
        method: 'POST',
        url: '/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        remoteAddress: from,
        payload: new URLSearchParams({ username: `nobody-${number}`, password: 'x' }).toString(),
      })
    const statuses: number[] = []
    for (let at = 0; at < 3 * limit; at++) {
      const headers = { 'x-forwarded-for': spelled(`203.0.${at}.1`), 'x-real-ip': `203.0.${at}.2` }
      statuses.push((await attempt(at, headers, remoteAddress)).statusCode)
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(limit)
    expect(statuses.filter((status) => status === 429)).toHaveLength(2 * limit)
    const other =
      remoteAddress === proxy
        ? await attempt(99, { 'x-forwarded-for': '198.51.100.8' }, proxy)
        : await attempt(99, {}, '198.51.100.8')
    expect(other.statusCode).toBe(401)
  })
})

async function signedUp(settings: SettingOptions = {}): Promise<TestServer> {
  const server = await testServer(settings)
  await server.addUser()
  return server
}

/** Where a sign-in comes from by the audit log and the list of sessions, which say the same. */
async function recorded(server: TestServer, headers: Record<string, string>): Promise<string> {
  const { app, latchkey } = server
  const answer = await app.inject({
    method: 'POST',
    url: '/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    remoteAddress: proxy,
    payload: signIn,
  })
  expect(answer.statusCode).toBe(200)
  const { rows } = await latchkey.store.audit.list({ limit: 1, event: 'sign_in' })
  const line = server.log.findLast((text) => text.includes('"answered"')) ?? ''
  const { address } = JSON.parse(line) as { address: string }
  expect(rows[0]?.address).toBe(address)
  return address
}

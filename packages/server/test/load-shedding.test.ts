/** Checklist J04: while the process is behind, what costs much is turned away and all else goes on. */

import type { FastifyInstance } from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { lineLogger } from '../src/cli/logger.js'
import { openLatchkey } from '../src/latchkey.js'
import { buildApp } from '../src/serve.js'
import { readSettings } from '../src/settings/read.js'
import type { SettingOptions } from '../src/settings/settings.js'
import { alice, type Door, doors, issuer } from './test-server.js'

const formEncoded = { 'content-type': 'application/x-www-form-urlencoded' }

describe('a process that is behind', () => {
  it('J04 answers sign-ins by 503 and an honest Retry-After, at both doors', async () => {
    const { app, late } = await loaded()
    late(2_000)
    for (const url of doors) {
      const answer = await signIn(app, url)
      expect(answer.statusCode).toBe(503)
      expect(answer.headers['retry-after']).toBe('8')
      expect(answer.json()).toEqual({
        error: 'temporarily_unavailable',
        error_description: expect.stringContaining('try again'),
        detail: expect.stringContaining('try again'),
      })
    }
    late(60_000)
    expect((await signIn(app)).headers['retry-after']).toBe('30')
  })

  it.for([
    ['POST', '/users'],
    ['POST', '/password-resets'],
    ['POST', '/email-verifications'],
    ['POST', '/password-strength'],
  ] as const)('J04 turns away %s %s, without reading it', async ([method, url]) => {
    const { app, late } = await loaded()
    late(1_100)
    const payload = '{"not": read'
    const headers = { 'content-type': 'application/json' }
    const answer = await app.inject({ method, url, headers, payload })
    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBe('5')
    expect(answer.json()).toMatchObject({ status: 503, title: 'Service Unavailable' })
    late(900)
    expect((await app.inject({ method, url, headers, payload })).statusCode).not.toBe(503)
  })

  it('J04 goes on with guarded routes, keys, sign-outs and health', async () => {
    const { app, late } = await loaded()
    const { access_token: token } = (await signIn(app)).json<{ access_token: string }>()
    late(5_000)
    const authorization = `Bearer ${token}`
    for (const url of ['/healthz', '/readyz', '/.well-known/jwks.json', '/status-lists']) {
      expect([url, (await app.inject(url)).statusCode]).toEqual([url, 200])
    }
    for (const url of ['/items/', '/users/me']) {
      const answer = await app.inject({ url, headers: { authorization } })
      expect([url, answer.statusCode]).toEqual([url, 200])
    }
    const payload = new URLSearchParams({ token }).toString()
    const revoked = await app.inject({
      method: 'POST',
      url: '/revoke',
      headers: formEncoded,
      payload,
    })
    expect(revoked.statusCode).toBe(200)
  })

  it('signs in again as soon as it has caught up, and has logged one line', async () => {
    const { app, late, log } = await loaded()
    late(1_001)
    for (let at = 0; at < 20; at++) expect((await signIn(app)).statusCode).toBe(503)
    late(1_000)
    expect((await signIn(app)).statusCode).toBe(200)
    expect(log.filter((line) => line.includes('too far behind'))).toHaveLength(1)
  })

  it('goes by its setting, and by none where it is off', async () => {
    const other = await loaded({ maxEventLoopDelay: '2s' })
    other.late(1_999)
    expect((await signIn(other.app)).statusCode).toBe(200)
    other.late(2_001)
    expect((await signIn(other.app)).statusCode).toBe(503)
    const off = await loaded({ maxEventLoopDelay: 'off' })
    off.late(60_000)
    expect((await signIn(off.app)).statusCode).toBe(200)
  })
})

async function loaded(given: SettingOptions = {}) {
  const log: string[] = []
  const logger = lineLogger('info', { write: (line) => void log.push(line) })
  const secretKey = 'c0ffee'.repeat(12)
  const settings = readSettings(
    'embedded',
    {},
    { databaseUrl: 'sqlite::memory:', issuer, secretKey, ...given },
  )
  const passwordHash = { format: 'argon2id', memory: 8, passes: 1, lanes: 1 } as const
  const latchkey = await openLatchkey({ ...settings, passwordHash }, { log: logger })
  await latchkey.start()
  await latchkey.users.add(alice, { actor: 'test' })
  let delay = 0
  const lateness = () => delay
  const app = await buildApp({ log: logger, demo: true, lateness }, latchkey)
  onTestFinished(() => app.close())
  const late = (milliseconds: number) => {
    delay = milliseconds
  }
  return { app, late, log }
}

function signIn(app: FastifyInstance, url: Door = '/token') {
  const payload = new URLSearchParams(alice).toString()
  return app.inject({ method: 'POST', url, headers: formEncoded, payload })
}

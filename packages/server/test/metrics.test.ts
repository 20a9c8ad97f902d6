/** The contract's `GET /metrics`: what it counts, what it never says, and who may read it. */

import { describe, expect, it } from 'vitest'
import { auditEvents } from '../src/core/audit.js'
import { databases } from './databases.js'
import { readExposition } from './exposition-reader.js'
import { numberOf } from './metrics-reader.js'
import { alice, doors, testServer } from './test-server.js'

const naughty = [
  '"',
  '\\',
  '\n# TYPE x counter\nx 1',
  '{}',
  '\u0000',
  '\u2028',
  '\ud83d\ude00',
  "' or 1=1",
  '%00',
  '../..',
]

describe('GET /metrics', () => {
  it('answers in the text format 0.0.4', async () => {
    const { app } = await testServer()
    const answer = await app.inject('/metrics')
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
    })
    const families = readExposition(answer.body)
    for (const [name, { help }] of families) {
      expect(name).toMatch(/^(latchkey|process|nodejs)_/)
      expect(help).toMatch(/\.$/)
    }
  })

  it('is not there where it is switched off', async () => {
    const { app } = await testServer({ metrics: 'off' })
    expect((await app.inject('/metrics')).statusCode).toBe(404)
  })

  for (const database of databases) {
    it(`counts token requests, events and hashes, on ${database.name}`, async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser()
      await server.signIn()
      for (const door of doors) {
        await server.postForm(door, { ...alice, password: 'wrong' })
        await server.postForm(door, { ...alice, grant_type: 'no such grant' })
      }
      const ofTokens = (grant: string, outcome: string) =>
        numberOf(server, 'latchkey_token_requests_total', { grant, outcome })
      expect(await ofTokens('password', 'granted')).toBe(1)
      expect(await ofTokens('password', 'wrong_credentials')).toBe(2)
      expect(await ofTokens('none', 'grant_unknown')).toBe(2)
      expect(await numberOf(server, 'latchkey_events_total', { event: 'sign_in' })).toBe(1)
      expect(await numberOf(server, 'latchkey_events_total', { event: 'session_ended' })).toBe(0)
      expect(await numberOf(server, 'latchkey_password_hash_seconds_count')).toBeGreaterThan(3)
      const units = await numberOf(server, 'latchkey_database_duration_seconds_count', {
        work: 'unit',
      })
      expect(units).toBeGreaterThan(1)
      const requests = { method: 'POST', route: '/token', status: '2xx' }
      expect(await numberOf(server, 'latchkey_http_request_duration_seconds_count', requests)).toBe(
        1,
      )
    })
  }

  it('K07 has labels of a fixed set only, whatever is sent', async () => {
    const server = await testServer()
    await server.addUser()
    const hostile = [...naughty, 'canary-7f3a', 'x'.repeat(1_000)]
    for (const text of hostile) {
      await server.postForm('/token', { username: text, password: text })
      await server.postForm('/oauth/token', { grant_type: text, client_id: text, scope: text })
      await server.app.inject({ url: `/admin/users/${encodeURIComponent(text.slice(0, 90))}` })
      await server.app.inject({ url: '/revoke', method: 'POST', headers: { 'x-a': 'canary-7f3a' } })
    }
    const body = (await server.app.inject('/metrics')).body
    const families = readExposition(body)
    expect(body).not.toContain('canary-7f3a')
    const values = (label: string) =>
      [...families.values()].flatMap(({ samples }) =>
        samples.flatMap(({ labels }) => labels[label] ?? []),
      )
    const known = ['password', 'refresh_token', 'client_credentials', 'none']
    for (const grant of values('grant')) expect(known).toContain(grant)
    for (const outcome of values('outcome')) expect(outcome).toMatch(/^[a-z_]{4,40}$/)
    for (const method of values('method'))
      expect(method).toMatch(/^(GET|POST|HEAD|PUT|PATCH|DELETE|OPTIONS|other)$/)
    for (const route of values('route'))
      expect(
        server.app.hasRoute({ method: 'GET', url: route }) ||
          server.app.hasRoute({ method: 'POST', url: route }),
      ).toBe(true)
    for (const event of values('event')) expect(auditEvents).toContain(event)
    const labels = new Set(
      [...families.values()].flatMap(({ samples }) =>
        samples.flatMap((sample) => Object.keys(sample.labels)),
      ),
    )
    expect([...labels].sort()).toEqual(
      [
        'event',
        'format',
        'grant',
        'le',
        'limit',
        'method',
        'node',
        'outcome',
        'reason',
        'route',
        'state',
        'status',
        'version',
        'work',
      ].sort(),
    )
  })

  it('is for callers on the same machine, and not for those that a proxy there forwards', async () => {
    const { app } = await testServer()
    const elsewhere = await app.inject({ url: '/metrics', remoteAddress: '192.0.2.1' })
    expect(elsewhere.statusCode).toBe(403)
    expect(elsewhere.json().detail).toContain('LATCHKEY_METRICS_TOKEN')
    for (const header of ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via']) {
      const answer = await app.inject({ url: '/metrics', headers: { [header]: '127.0.0.1' } })
      expect(answer.statusCode).toBe(403)
    }
    for (const remoteAddress of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
      expect((await app.inject({ url: '/metrics', remoteAddress })).statusCode).toBe(200)
    }
  })

  it('is for whoever has the token, where there is one, and for nobody else', async () => {
    const metricsToken = 'a-token-for-prometheus'
    const { app } = await testServer({ metricsToken })
    const get = (authorization?: string) =>
      app.inject({
        url: '/metrics',
        remoteAddress: '192.0.2.1',
        headers: authorization === undefined ? {} : { authorization },
      })
    expect((await get(`Bearer ${metricsToken}`)).statusCode).toBe(200)
    for (const wrong of [undefined, 'Bearer', `Bearer ${metricsToken}x`, `Basic ${metricsToken}`]) {
      const answer = await get(wrong)
      expect(answer.statusCode).toBe(401)
      expect(answer.headers['www-authenticate']).toBe('Bearer')
      expect(answer.body).not.toContain(metricsToken)
    }
  })
})

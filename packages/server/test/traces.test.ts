/** Traces by OpenTelemetry, for an app that has brought it. */

import { describe, expect, it } from 'vitest'
import type { SettingOptions } from '../src/settings/settings.js'
import { databases } from './databases.js'
import { RecordedTraces } from './recorded-traces.js'
import { alice, testServer } from './test-server.js'

async function tracedServer(settings: SettingOptions = {}) {
  const traces = new RecordedTraces()
  const openTelemetry = traces.api
  const server = await testServer(settings, undefined, undefined, undefined, openTelemetry)
  await server.addUser()
  return { server, traces }
}

for (const database of databases) {
  it(`a sign-in is traced to the hash and the unit, and nothing else is, on ${database.name}`, async () => {
    const { server, traces } = await tracedServer({ databaseUrl: await database.url() })
    expect(traces.ended).toEqual([])
    await server.signIn()
    expect(traces.paths).toEqual([
      'POST /token',
      'POST /token > latchkey.token',
      'POST /token > latchkey.token > latchkey.database.read',
      'POST /token > latchkey.token > latchkey.database.unit',
      'POST /token > latchkey.token > latchkey.password',
    ])
    expect(traces.named('POST /token')).toMatchObject({
      kind: 1,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/token',
        'http.response.status_code': 200,
      },
    })
    expect(traces.named('latchkey.token')?.attributes).toEqual({
      'latchkey.grant': 'password',
      'latchkey.outcome': 'granted',
    })
    expect(traces.named('latchkey.password')?.events).toEqual(['begun'])
  })
}

describe('traces', () => {
  it('K07 and G11 hold nothing that a caller has sent', async () => {
    const { server, traces } = await tracedServer()
    const canary = 'canary-7f3a'
    await server.postForm('/token', { username: canary, password: canary, scope: canary })
    await server.postForm('/oauth/token', { grant_type: canary, client_id: canary })
    await server.app.inject({
      url: `/users/me?a=${canary}`,
      headers: { authorization: `Bearer ${canary}`, 'user-agent': canary, traceparent: canary },
    })
    await server.app.inject({ url: `/status-lists/${canary}` })
    expect(traces.ended.length).toBeGreaterThan(5)
    expect(JSON.stringify(traces.ended)).not.toContain(canary)
    expect(traces.named('latchkey.token')?.status).toEqual({
      code: 2,
      message: 'wrong_credentials',
    })
  })

  it('go on with the trace of a caller, and in the span of an app', async () => {
    const { server, traces } = await tracedServer()
    await traces.around('app', () => server.postForm('/token', alice))
    const caller = traces.named('app')
    expect(traces.paths).toContain('app > POST /token > latchkey.token > latchkey.password')
    if (caller !== undefined) traces.callers.set('00-a-b-01', { ...caller, name: 'caller' })
    await server.app.inject({ url: '/healthz', headers: { traceparent: '00-a-b-01' } })
    expect(traces.paths).toContain('caller > GET /healthz')
  })

  it('are not there where nobody has brought OpenTelemetry', async () => {
    const server = await testServer()
    await server.addUser()
    expect(await server.signIn()).toBeTruthy()
  })
})

/** Traces as OpenTelemetry's own SDK records them, of requests through a socket. */

import { once } from 'node:events'
import { connect } from 'node:net'
import * as openTelemetry from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { listen, request } from './raw-http.js'
import { alice, sharedServer } from './test-server.js'

const exporter = new InMemorySpanExporter()
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })

// Before any server is opened.
provider.register()
afterAll(async () => {
  await provider.shutdown()
  openTelemetry.trace.disable()
  openTelemetry.context.disable()
  openTelemetry.propagation.disable()
})

for (const database of databases) {
  describe(`an SDK with a server on ${database.name}`, () => {
    const server = sharedServer(async () => ({ databaseUrl: await database.url() }))
    let origin = ''
    beforeAll(async () => {
      origin = `http://127.0.0.1:${await listen(server().app)}`
    })
    beforeEach(() => exporter.reset())

    it('records a sign-in as a part of its caller’s trace, down to the hash', async () => {
      await signIn(origin, { traceparent })
      const spans = await ended('POST /token')
      expect(pathsOf(spans)).toEqual(ofSignIn)
      const [request] = spans.filter(({ name }) => name === 'POST /token')
      expect(request?.kind).toBe(openTelemetry.SpanKind.SERVER)
      expect(request?.parentSpanContext).toMatchObject({ traceId, spanId, isRemote: true })
      expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([traceId]))
      expect(request?.attributes).toEqual({
        'http.request.method': 'POST',
        'http.route': '/token',
        'http.response.status_code': 200,
        'url.scheme': 'http',
      })
      expect(request?.instrumentationScope.name).toBe('latchkey')
    })

    it('records a refresh, and a guarded GET, whose session is read in it', async () => {
      const { access_token: token, refresh_token } = await signIn(origin)
      const fields = { grant_type: 'refresh_token', refresh_token }
      exporter.reset()
      await fetch(`${origin}/oauth/token`, { method: 'POST', body: new URLSearchParams(fields) })
      const refreshed = await ended('POST /oauth/token')
      expect(pathsOf(refreshed)).toEqual([
        'POST /oauth/token',
        'POST /oauth/token > latchkey.token',
        'POST /oauth/token > latchkey.token > latchkey.database.read',
        'POST /oauth/token > latchkey.token > latchkey.database.unit',
      ])
      const grant = refreshed.find(({ name }) => name === 'latchkey.token')
      const outcome = { 'latchkey.grant': 'refresh_token', 'latchkey.outcome': 'granted' }
      expect(grant?.attributes).toEqual(outcome)
      exporter.reset()
      const headers = { authorization: `Bearer ${token}`, traceparent }
      expect((await fetch(`${origin}/users/me?q=canary`, { headers })).status).toBe(200)
      const [request, ...others] = (await ended('GET /users/me')).toReversed()
      expect(request?.attributes['http.route']).toBe('/users/me')
      expect(request?.parentSpanContext?.spanId).toBe(spanId)
      expect(others.map(({ name }) => name)).toEqual(['latchkey.database.read'])
    })

    it('K01 K07 G11 records no secret, no name and nothing else that a caller has sent', async () => {
      const { access_token: token, refresh_token } = await signIn(origin)
      const canary = 'canary-7f3a'
      const post = (path: string, fields: Record<string, string>) =>
        fetch(`${origin}${path}`, { method: 'POST', body: new URLSearchParams(fields) })
      await post('/token', { username: canary, password: canary, scope: canary })
      await post(`/oauth/token?${canary}`, { grant_type: canary, client_id: canary })
      await post('/oauth/token', { grant_type: 'refresh_token', refresh_token: canary })
      await post('/revoke', { token: refresh_token })
      for (const path of [`/users/me?a=${canary}`, `/status-lists/${canary}`, `/${canary}`]) {
        const named = { 'user-agent': canary, traceparent: canary, 'x-forwarded-proto': canary }
        await fetch(origin + path, { headers: { ...named, authorization: `Bearer ${token}` } })
      }
      await fetch(`${origin}/healthz`)
      const spans = await ended('GET /healthz')
      const told = JSON.stringify(spans.map(tellOf))
      expect(spans.length).toBeGreaterThan(15)
      for (const secret of [canary, alice.username, alice.password, token, refresh_token]) {
        expect(told).not.toContain(secret)
      }
      expect(told).not.toContain(token.split('.').at(-1))
    })

    it('records what is our fault as an error, and what is a caller’s as none', async () => {
      await fetch(`${origin}/status-lists/99`)
      const [unknown] = await ended('GET /status-lists/:number')
      expect(unknown?.attributes).toMatchObject({ 'http.response.status_code': 404 })
      expect(unknown?.attributes).not.toHaveProperty('error.type')
      expect(unknown?.status).toEqual({ code: openTelemetry.SpanStatusCode.UNSET })
      server().latchkey.health.leave(false)
      await fetch(`${origin}/readyz`)
      const request = (await ended('GET /readyz')).at(-1)
      expect(request?.attributes).toMatchObject({ 'error.type': '503' })
      expect(request?.status).toEqual({ code: openTelemetry.SpanStatusCode.ERROR })
    })

    it('ends the span of a caller who hangs up', async () => {
      const begun = once(server().app.server, 'request')
      const socket = connect(Number(new URL(origin).port), '127.0.0.1')
      const type = 'Content-Type: application/x-www-form-urlencoded'
      socket.write(request('POST /token', [type, 'Content-Length: 100'], 'username=alice'))
      await begun
      socket.destroy()
      const [span] = (await ended('POST /token')).filter(({ name }) => name === 'POST /token')
      expect(span?.attributes).toMatchObject({ 'error.type': 'caller_gone' })
      expect(span?.attributes).not.toHaveProperty('http.response.status_code')
    })

    it('keeps together what comes in pieces', async () => {
      const body = new URLSearchParams(alice).toString()
      const type = 'Content-Type: application/x-www-form-urlencoded'
      const length = `Content-Length: ${body.length}`
      const begun = once(server().app.server, 'request')
      const whole = request('POST /token', [type, length, `traceparent: ${traceparent}`], body)
      const socket = connect(Number(new URL(origin).port), '127.0.0.1')
      socket.write(whole.slice(0, -body.length))
      await begun
      socket.write(body)
      expect((await socket.setEncoding('latin1').toArray()).join('')).toMatch(/^HTTP\/1.1 200 /)
      expect(pathsOf(await ended('POST /token'))).toEqual(ofSignIn)
    })
  })
}

/** All that an exporter would hand on of a span. */
function tellOf({ name, attributes, events, status, links, resource }: ReadableSpan): unknown {
  return [name, attributes, events, status, links, resource.attributes]
}

const ofSignIn = [
  'POST /token',
  'POST /token > latchkey.token',
  'POST /token > latchkey.token > latchkey.database.read',
  'POST /token > latchkey.token > latchkey.database.unit',
  'POST /token > latchkey.token > latchkey.password',
]

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const spanId = '00f067aa0ba902b7'
const traceparent = `00-${traceId}-${spanId}-01`

async function signIn(origin: string, headers: Record<string, string> = {}) {
  const body = new URLSearchParams(alice)
  const answer = await fetch(`${origin}/token`, { method: 'POST', headers, body })
  expect(answer.status).toBe(200)
  return answer.json()
}

/** A request's span ends after its answer was sent. */
async function ended(name: string): Promise<ReadableSpan[]> {
  await expect.poll(() => exporter.getFinishedSpans().map((span) => span.name)).toContain(name)
  return exporter.getFinishedSpans()
}

/** Each span with the names of those around it. */
function pathsOf(spans: readonly ReadableSpan[]): string[] {
  const pathOf = (span: ReadableSpan): string => {
    const parent = spans.find(
      (each) => each.spanContext().spanId === span.parentSpanContext?.spanId,
    )
    return parent === undefined ? span.name : `${pathOf(parent)} > ${span.name}`
  }
  return [...new Set(spans.map(pathOf))].sort()
}

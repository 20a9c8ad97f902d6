/** What the suites about tokens ask a test server for, again and again. */

import { expect } from 'vitest'
import type { ClientTerms } from '../src/core/client-registry.js'
import type { AuditRow } from '../src/store/schema.js'
import { alice, type TestServer } from './test-server.js'

/** The two token doors, which differ in statuses alone. */
export const doors = ['/token', '/oauth/token'] as const

export interface TokenBody {
  access_token: string
  token_type: string
  expires_in: number
  refresh_token: string
  scope?: string
}

export type Answer = Awaited<ReturnType<TestServer['get']>>
type Fields = Record<string, string>
type Headers = Record<string, string>

/** POSTs a form with headers of one's own. */
export function send(
  server: TestServer,
  url: string,
  fields: Fields,
  headers: Headers = {},
): Promise<Answer> {
  return server.app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(fields).toString(),
  })
}

/** Sends JSON, or nothing, with a token. */
export function sendJson(
  server: TestServer,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  url: string,
  token: string,
  body?: object,
): Promise<Answer> {
  const authorization = `Bearer ${token}`
  return body === undefined
    ? server.app.inject({ method, url, headers: { authorization } })
    : server.app.inject({
        method,
        url,
        headers: { authorization, 'content-type': 'application/json' },
        payload: JSON.stringify(body),
      })
}

/** Signs alice in, or whom the fields name. */
export async function signedIn(
  server: TestServer,
  fields: Fields = {},
  headers: Headers = {},
): Promise<TokenBody> {
  const answer = await send(server, '/oauth/token', { ...alice, ...fields }, headers)
  expect(answer.json()).toMatchObject({ token_type: 'bearer' })
  return answer.json<TokenBody>()
}

export function refresh(
  server: TestServer,
  token: string,
  fields: Fields = {},
  headers: Headers = {},
  door = '/oauth/token',
): Promise<Answer> {
  const grant = { grant_type: 'refresh_token', refresh_token: token }
  return send(server, door, { ...grant, ...fields }, headers)
}

export async function refreshed(
  server: TestServer,
  token: string,
  fields: Fields = {},
  headers: Headers = {},
): Promise<TokenBody> {
  const answer = await refresh(server, token, fields, headers)
  expect(answer.json()).toMatchObject({ token_type: 'bearer' })
  return answer.json<TokenBody>()
}

/** Registers a client. @returns its secret; empty for a public one */
export async function addClient(
  server: TestServer,
  id: string,
  terms: ClientTerms & { confidential?: boolean } = {},
): Promise<string> {
  const { confidential = true, ...rest } = terms
  const made = await server.latchkey.clientRegistry.add(id, confidential, rest, { actor: 'test' })
  return made.secret ?? ''
}

/** HTTP Basic by the letter: both halves form-encoded first (RFC 6749 section 2.3.1). */
export function basic(id: string, secret: string): { authorization: string } {
  const half = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
  const pair = `${half(id)}:${half(secret)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

/** What a JWT claims, unverified. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

/** The whole audit log, newest first. */
export async function entries(server: TestServer, event?: string): Promise<AuditRow[]> {
  const { rows } = await server.latchkey.store.audit.list({ limit: 500 })
  return event === undefined ? rows : rows.filter((row) => row.event === event)
}

/** Statuses of the two guarded routes: the one that reads the record, and the one that reads nothing. */
export async function guardedStatuses(server: TestServer, token: string): Promise<number[]> {
  const answers = [await server.get('/users/me', token), await server.get('/items/', token)]
  return answers.map(({ statusCode }) => statusCode)
}

export const alive = [200, 200]
export const dead = [401, 401]

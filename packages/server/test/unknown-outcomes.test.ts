/** Checklist M04: PostgreSQL commits, and the connection is cut before its answer comes. */

import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { SessionId } from '../src/store/schema.js'
import { newUrl } from './databases.js'
import { TcpProxy } from './tcp-proxy.js'
import { alice, doors, type TestServer, testServer } from './test-server.js'
import {
  type Answer,
  claimsOf,
  entries,
  guardedStatuses,
  refresh,
  refreshed,
  send,
  sendJson,
  signedIn,
  type TokenBody,
} from './token-requests.js'

describe('M04 where the answer to a commit is lost', () => {
  let proxy: TcpProxy
  let databaseUrl: string
  let server: TestServer
  let tokens: TokenBody

  beforeEach(async () => {
    const url = await newUrl('PostgreSQL')
    const { hostname: host, port } = new URL(url)
    proxy = await TcpProxy.start({ host, port: Number(port) })
    onTestFinished(() => proxy.stop())
    databaseUrl = proxy.through(url)
    server = await testServer({ databaseUrl })
    await server.addUser()
    tokens = await signedIn(server)
    server.pass(1_000)
  })

  /** @param sent what the commit is known by on its way to the server */
  async function loseAnswer(sent: string, request: () => Promise<Answer>): Promise<void> {
    const lost = proxy.loseAnswerTo(sent)
    const [answer] = await Promise.all([request(), lost])
    expect(answer.statusCode).toBe(503)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(answer.body).not.toMatch(/invalid_grant|access_token|refresh_token/)
  }

  async function sessionRow() {
    const { sid } = claimsOf(tokens.access_token)
    return server.latchkey.store.sessions.find(sid as SessionId)
  }

  it.each(doors)('a refresh at %s has happened once, and is answered again', async (door) => {
    const ask = () => refresh(server, tokens.refresh_token, {}, {}, door)
    await loseAnswer('sessions_advance_free', ask)
    expect((await sessionRow())?.counter).toBe(1)
    const answers = [(await ask()).json<TokenBody>(), (await ask()).json<TokenBody>()]
    const [successor, again] = answers.map((answer) => answer.refresh_token)
    expect(successor).toBeDefined()
    expect(again).toBe(successor)
    expect((await sessionRow())?.counter).toBe(1)
    await refreshed(server, successor ?? '')
    expect(await entries(server, 'refresh_repeated')).toHaveLength(2)
    expect(await entries(server, 'refresh_reused')).toEqual([])
  })

  it('a refresh is theft only beyond the grace, which began at the commit', async () => {
    await loseAnswer('sessions_advance_free', () => refresh(server, tokens.refresh_token))
    server.pass(31_000)
    expect((await refresh(server, tokens.refresh_token)).json().error).toBe('invalid_grant')
    expect(await entries(server, 'refresh_reused')).toHaveLength(1)
  })

  it.each(doors)(
    'a sign-in at %s may leave a session that nobody holds, with its entry',
    async (door) => {
      // Counted by one limit alone, an attempt is a statement and no transaction.
      server = await testServer({ databaseUrl, failuresOverall: 'off' })
      await loseAnswer('commit', () => send(server, door, alice))
      await signedIn(server)
      const { rows } = await server.latchkey.sessions.list({ limit: 100 })
      expect(rows).toHaveLength(3)
      expect(await entries(server, 'sign_in')).toHaveLength(3)
    },
  )

  it.each(doors)('a sign-in at %s whose counting is lost has not happened', async (door) => {
    await loseAnswer('commit', () => send(server, door, alice))
    const { rows } = await server.latchkey.sessions.list({ limit: 100 })
    expect(rows).toHaveLength(1)
  })

  it('a revocation holds, and says so when it is asked for again', async () => {
    const revoke = () => send(server, '/revoke', { token: tokens.refresh_token })
    await loseAnswer('commit', revoke)
    expect((await sessionRow())?.ended_at).not.toBeNull()
    expect((await refresh(server, tokens.refresh_token)).json().error).toBe('invalid_grant')
    expect((await revoke()).statusCode).toBe(200)
    expect(await guardedStatuses(server, tokens.access_token)).toEqual([401, 401])
    expect(await entries(server, 'session_ended')).toHaveLength(1)
  })

  it('a sign-out everywhere holds for the caller too', async () => {
    const other = await signedIn(server)
    await loseAnswer('commit', () =>
      sendJson(server, 'DELETE', '/users/me/sessions', tokens.access_token),
    )
    for (const { access_token, refresh_token } of [tokens, other]) {
      expect((await server.get('/users/me', access_token)).statusCode).toBe(401)
      expect((await refresh(server, refresh_token)).json().error).toBe('invalid_grant')
    }
  })
})

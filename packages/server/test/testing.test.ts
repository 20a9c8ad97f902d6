/** `latchkey/testing`, as the tests of an app and of an API use it. */

import { createClient } from '@latchkey/client'
import { createGuard } from '@latchkey/guard'
import fastify from 'fastify'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { latchkey, SettingsError } from '../src/index.js'
import {
  createTestServer,
  type TestServer,
  type TestServerOptions,
} from '../src/testing/test-server.js'

const ada = { username: 'ada', password: 'secret', scopes: ['items:read'] }
const refused = { code: 'invalid_token', status: 401 }

async function serverWithAda(options: TestServerOptions = {}): Promise<TestServer> {
  const server = await createTestServer({ users: [ada], ...options })
  onTestFinished(() => server.close())
  return server
}

async function clientOf(server: TestServer) {
  const auth = createClient({ url: server.issuer, fetch: server.fetch })
  onTestFinished(() => auth.close())
  await auth.login(ada)
  return auth
}

function get(server: TestServer, path: string, token?: string): Promise<Response> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return server.fetch(server.issuer + path, { headers })
}

function refresh(server: TestServer, token: string): Promise<Response> {
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token })
  return server.fetch(`${server.issuer}/oauth/token`, { method: 'POST', body })
}

it('captures the mails of a server in memory, with the links that are in them', async () => {
  const email = 'ada@example.com'
  const server = await serverWithAda({ users: [{ ...ada, email, emailVerified: true }] })
  const send = (method: string, body: object) =>
    server.fetch(`${server.issuer}/password-resets`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  expect((await send('POST', { email })).status).toBe(202)
  const [mail, ...more] = await server.mails(email)
  expect(more).toEqual([])
  expect(await server.mails('bob@example.com')).toEqual([])
  expect(mail).toMatchObject({ kind: 'password_reset', to: email })
  expect(mail?.text).toContain(mail?.link)
  const password = 'a wholly other sentence'
  expect((await send('PUT', { token: mail?.token, password })).status).toBe(204)
  const kinds = (await server.mails()).map(({ kind }) => kind)
  expect(kinds.toSorted()).toEqual(['password_changed', 'password_reset'])
})

describe('an app that is tested with a server in memory', () => {
  it('stays signed in where the answer to its refresh is lost', async () => {
    const server = await serverWithAda()
    const auth = await clientOf(server)
    await server.clock.advance('31m')
    server.faults.dropAnswer('refresh')
    const answer = await auth.fetch(`${server.issuer}/users/me`)
    expect(await answer.json()).toMatchObject({ username: 'ada' })
    expect([server.countOf('refresh'), server.faults.pending]).toEqual([2, 0])
    expect(auth.user).toMatchObject({ username: 'ada' })
  })

  it('is signed out where the answer comes to be missed after the grace', async () => {
    const server = await serverWithAda()
    const { accessToken, refreshToken } = await server.signIn('ada')
    server.faults.dropAnswer('refresh')
    await expect(refresh(server, refreshToken)).rejects.toThrow(TypeError)
    await server.clock.advance('29s')
    expect((await refresh(server, refreshToken)).status).toBe(200)
    await server.clock.advance('2s')
    const answer = await refresh(server, refreshToken)
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: 'invalid_grant' }])
    expect((await get(server, '/users/me', accessToken)).status).toBe(401)
  })

  it('stays signed in while nobody answers, and goes on then', async () => {
    const server = await serverWithAda()
    const auth = await clientOf(server)
    server.faults.refuse(503, '/users/me')
    expect((await auth.fetch(`${server.issuer}/users/me`)).status).toBe(503)
    server.faults.down()
    await expect(auth.fetch(`${server.issuer}/users/me`)).rejects.toThrow('fetch failed')
    expect(auth.user).toMatchObject({ username: 'ada' })
    server.faults.up()
    expect((await auth.fetch(`${server.issuer}/users/me`)).status).toBe(200)
  })

  it('hears of a sign-out elsewhere, and of other scopes', async () => {
    const server = await serverWithAda()
    const auth = await clientOf(server)
    await server.setScopes('ada', ['items:write'])
    const answer = await auth.fetch(`${server.issuer}/users/me`)
    expect(await answer.json()).toMatchObject({ scopes: ['account', 'items:write'] })
    expect(auth.user?.scopes).toContain('items:write')
    await server.signOut('ada')
    const seen = auth.fetch(`${server.issuer}/users/me`)
    await expect(seen).rejects.toMatchObject({ code: 'signed_out' })
    expect(auth.user).toBeUndefined()
  })
})

describe('an API that is tested with a server in memory', () => {
  it('goes by its clock, its sign-outs and its scopes, at once', async () => {
    const server = await serverWithAda()
    const guard = createGuard({ ...server.guardOptions, scopes: ['items:read'] })
    const [first, second] = [await server.signIn('ada'), await server.signIn('ada')]
    const principal = await guard.verify(first.accessToken, ['items:read'])
    expect(principal.expiresAt).toBe(server.clock.now() / 1000 + first.expiresIn)
    await server.setScopes('ada', [])
    const changed = guard.verify(first.accessToken)
    await expect(changed).rejects.toMatchObject({
      ...refused,
      challenge: expect.stringContaining('claims changed'),
    })
    await server.signOut('ada')
    await expect(guard.verify(second.accessToken)).rejects.toMatchObject(refused)
    const third = await server.signIn('ada')
    await expect(guard.verify(third.accessToken)).resolves.toBeDefined()
    await server.clock.advance('30m')
    await expect(guard.verify(third.accessToken)).resolves.toBeDefined()
    await server.clock.advance('30s')
    await expect(guard.verify(third.accessToken)).rejects.toMatchObject(refused)
  })

  it('can ask it as its issuer', async () => {
    const server = await serverWithAda({ settings: { audience: 'https://api.example.com' } })
    const { issuer, fetch, clock } = server
    const audience = 'https://api.example.com'
    const guard = createGuard({ issuer, audience, fetch, now: clock.now })
    onTestFinished(() => guard.close())
    const { accessToken } = await server.signIn('ada')
    await expect(guard.verify(accessToken)).resolves.toMatchObject({ scopes: expect.anything() })
    expect(server.countOf('/.well-known/jwks.json')).toBe(1)
  })

  it('takes the tokens of a FastAPI application', async () => {
    const server = await serverWithAda({
      settings: {
        signingAlgorithm: 'HS256',
        hs256Secret: 'a secret of thirty-two bytes or more',
        subject: 'username',
      },
    })
    const guard = createGuard(server.guardOptions)
    const { accessToken } = await server.signIn('ada')
    await expect(guard.verify(accessToken)).resolves.toMatchObject({ subject: 'ada' })
  })
})

describe('an app that embeds Latchkey, and is tested with a server in memory', () => {
  /** As its author would write it: what is registered can be given from outside. */
  function buildApp(plugin: typeof latchkey | TestServer['plugin'] = latchkey) {
    const app = fastify()
    app.register(plugin, { databaseUrl: 'sqlite:/nowhere/app.db', docs: false })
    app.after(() => {
      const onRequest = app.latchkey.requires('items:read')
      app.get('/items', { onRequest }, (request) => request.principal.scopes)
    })
    onTestFinished(() => app.close())
    return app
  }

  it('goes by its users and its clock', async () => {
    const server = await serverWithAda()
    const app = buildApp(server.plugin)
    const { accessToken } = await server.signIn('ada')
    const headers = { authorization: `Bearer ${accessToken}` }
    const statusOf = async (url: string) => (await app.inject({ url, headers })).statusCode
    expect([await statusOf('/items'), await statusOf('/users/me')]).toEqual([200, 200])
    await server.clock.advance('31m')
    expect([await statusOf('/items'), await statusOf('/users/me')]).toEqual([401, 401])
    await app.close()
    expect((await server.signIn('ada')).expiresIn).toBe(1800)
  })
})

describe('a server in memory', () => {
  it('is one of several, which know nothing of each other', async () => {
    const [one, other] = await Promise.all([serverWithAda(), createTestServer()])
    onTestFinished(() => other.close())
    const { accessToken } = await one.signIn('ada')
    expect((await get(one, '/users/me', accessToken)).status).toBe(200)
    expect((await get(other, '/users/me', accessToken)).status).toBe(401)
    await expect(other.signIn('ada')).rejects.toThrow('no user ada')
    await other.clock.advance('1d')
    expect((await get(one, '/users/me', accessToken)).status).toBe(200)
  })

  it('answers over a socket too, with the same faults', async () => {
    const server = await serverWithAda()
    const before = await server.signIn('ada')
    const origin = await server.listen()
    expect([await server.listen(), server.issuer]).toEqual([origin, origin])
    const { accessToken } = await server.signIn('ada')
    const ask = (token: string) =>
      fetch(`${origin}/users/me`, { headers: { authorization: `Bearer ${token}` } })
    expect((await ask(accessToken)).status).toBe(200)
    expect((await ask(before.accessToken)).status).toBe(401)
    server.faults.dropAnswer('sign-in')
    const signIn = { method: 'POST', body: new URLSearchParams({ ...ada, scopes: '' }) }
    await expect(fetch(`${origin}/token`, signIn)).rejects.toThrow(TypeError)
    expect(await (await fetch(`${origin}/token`, signIn)).json()).toHaveProperty('access_token')
    expect(server.countOf('sign-in')).toBe(2)
    await server.close()
    await expect(ask(accessToken)).rejects.toThrow(TypeError)
  })

  it('holds a request for as long as a test wants, which may end before', async () => {
    const server = await serverWithAda()
    const { accessToken } = await server.signIn('ada')
    const release = server.faults.hold('/users/me')
    const held = get(server, '/users/me', accessToken)
    expect((await get(server, '/healthz')).status).toBe(200)
    expect(server.countOf('/users/me')).toBe(0)
    release()
    expect((await held).status).toBe(200)

    server.faults.hold('/healthz')
    const stop = new AbortController()
    const aborted = server.fetch(`${server.issuer}/healthz`, { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')

    server.faults.hold('/readyz')
    const left = expect(get(server, '/readyz')).rejects.toThrow('fetch failed')
    await server.close()
    await left
  })

  it('loses a request, and has done nothing', async () => {
    const server = await serverWithAda()
    server.faults.dropRequest()
    server.faults.dropRequest('sign-out')
    await expect(get(server, '/healthz')).rejects.toThrow('fetch failed')
    expect((await get(server, '/healthz')).status).toBe(200)
    expect([server.countOf('/healthz'), server.faults.pending]).toEqual([1, 1])
    const { accessToken: token } = await server.signIn('ada')
    const signOut = { method: 'POST', body: new URLSearchParams({ token }) }
    await expect(server.fetch(`${server.issuer}/revoke`, signOut)).rejects.toThrow('fetch failed')
    expect((await get(server, '/users/me', token)).status).toBe(200)
    expect(() => server.faults.refuse(200)).toThrow(TypeError)
  })

  it('does what is due when its clock is turned', async () => {
    const log: string[] = []
    const server = await serverWithAda({ onLog: (line) => log.push(line) })
    const keys = async () =>
      (await (await get(server, '/.well-known/jwks.json')).json()) as { keys: object[] }
    const { refreshToken } = await server.signIn('ada')
    expect((await keys()).keys).toHaveLength(1)
    await server.clock.advance('31d')
    expect((await refresh(server, refreshToken)).status).toBe(400)
    await server.clock.advance('60d')
    expect((await keys()).keys).toHaveLength(2)
    await vi.waitFor(() => expect(log.join('\n')).toContain('"sweep":"sessions","removed":1'))
    // @ts-expect-error a length of time has a unit
    await expect(server.clock.advance('15')).rejects.toThrow(TypeError)
    // @ts-expect-error and is no number
    await expect(server.clock.advance(15)).rejects.toThrow(TypeError)
  })

  it('takes clients beside the built-in one', async () => {
    const server = await serverWithAda()
    const terms = { grants: ['client_credentials'], scopes: ['items:read'] } as const
    const secret = await server.addClient({ id: 'robot', confidential: true, ...terms })
    const body = new URLSearchParams({ grant_type: 'client_credentials' })
    const headers = { authorization: `Basic ${btoa(`robot:${secret}`)}` }
    const request = { method: 'POST', headers, body }
    const answer = await server.fetch(`${server.issuer}/oauth/token`, request)
    expect([answer.status, await answer.json()]).toMatchObject([200, { scope: 'items:read' }])
    expect(await server.addClient({ id: 'app' })).toBeUndefined()
  })

  it('takes nothing from the environment, and says all that is wrong', async () => {
    vi.stubEnv('LATCHKEY_ACCESS_TOKEN_TTL', '1s')
    vi.stubEnv('NODE_ENV', 'production')
    onTestFinished(() => void vi.unstubAllEnvs())
    const server = await serverWithAda()
    expect((await server.signIn('ada')).expiresIn).toBe(1800)
    const wrong = createTestServer({ settings: { accessTokenTtl: '2d', subject: 'name' } })
    await expect(wrong).rejects.toThrow(SettingsError)
    await expect(wrong).rejects.toThrow(/subject.*\n.*accessTokenTtl/)
    const unusable = createTestServer({ users: [{ username: 'first-party', password: 'secret' }] })
    await expect(unusable).rejects.toThrow('is the name of a client')
  })

  it('leaves what is of another origin to the fetch that it was given', async () => {
    const asked: string[] = []
    const server = await serverWithAda({
      fetch: async (input) => {
        asked.push(String(input))
        return new Response('elsewhere')
      },
    })
    const auth = await clientOf(server)
    expect(await (await auth.fetch('https://api.example.com/items')).text()).toBe('elsewhere')
    expect(asked).toEqual(['https://api.example.com/items'])
  })
})

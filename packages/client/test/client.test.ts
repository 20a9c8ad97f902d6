/** The client against a real server in this process. */

import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { alice, issuer, type TestServer, testServer } from '../../server/test/test-server.js'
import {
  AuthError,
  type Client,
  type ClientOptions,
  createClient,
  memoryStorage,
  type SessionStorage,
} from '../src/index.js'
import { AsyncStorage, clientOnBareRuntime, PlainAbortController } from './bare-runtime.js'
import { InjectedFetch } from './injected-fetch.js'

const items = `${issuer}/items/`

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] })
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

interface Setting {
  server: TestServer
  network: InjectedFetch
  auth: Client
  /** Time passes, for server and device alike. */
  pass(milliseconds: number): void
}

async function set(options: Partial<ClientOptions> = {}): Promise<Setting> {
  const server = await testServer()
  await server.addUser()
  const network = new InjectedFetch(server)
  const auth = createClient({ url: issuer, fetch: network.fetch, ...options })
  const pass = (milliseconds: number) => {
    server.pass(milliseconds)
    vi.advanceTimersByTime(milliseconds)
  }
  return { server, network, auth, pass }
}

async function signedIn(options: Partial<ClientOptions> = {}): Promise<Setting> {
  const setting = await set(options)
  await setting.auth.login(alice)
  return setting
}

const minutes = 60_000

/** The error that a promise rejects with. */
async function errorOf(promise: Promise<unknown>): Promise<AuthError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(AuthError)
  return error as AuthError
}

describe('a sign-in', () => {
  it('gives requests their token', async () => {
    const { auth } = await signedIn()
    expect(auth.user?.username).toBe('alice')
    const response = await auth.fetch(items)
    expect(response.status).toBe(200)
  })

  it('fails by a typed error that holds no password', async () => {
    const { auth } = await set()
    const error = await errorOf(auth.login({ username: 'alice', password: 'not the password' }))
    expect(error).toMatchObject({ code: 'wrong_credentials', status: 400, error: 'invalid_grant' })
    expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('not the password')
    expect(auth.user).toBeUndefined()
  })

  it('can be aborted', async () => {
    const { auth } = await set()
    const reason = new Error('changed my mind')
    await expect(auth.login(alice, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it('tells which second factors are due, and goes on with one', async () => {
    const { auth, network } = await set()
    const body = { error: 'mfa_required', mfa_token: 'half a sign-in', factors: ['totp'] }
    network.faults.push(Response.json(body, { status: 403 }))
    const error = await errorOf(auth.login(alice))
    expect(error).toMatchObject({ code: 'mfa_required', factors: ['totp'] })
    expect(error.mfaToken).toBe('half a sign-in')
    expect(JSON.stringify(error)).not.toContain('half a sign-in')

    const answer = { access_token: 'a', token_type: 'Bearer', expires_in: 60, scope: 'x y' }
    network.faults.push(Response.json(answer))
    await auth.login({ mfaToken: error.mfaToken ?? '', otp: '123456' })
    expect(auth.user).toEqual({ username: undefined, scopes: ['x', 'y'] })
  })

  it('says when to try again', async () => {
    const { auth, network } = await set()
    const headers = { 'retry-after': '7' }
    network.faults.push(Response.json({ error: 'too_many_attempts' }, { status: 429, headers }))
    const error = await errorOf(auth.login(alice))
    expect(error).toMatchObject({ code: 'too_many_attempts', retryAfter: 7 })
  })

  it.each([
    ['a page', new Response('<html>Welcome to our hotel</html>')],
    ['no token', Response.json({ token_type: 'bearer', expires_in: 60 })],
    ['a token for ever', Response.json({ access_token: 'a', token_type: 'bearer' })],
    [
      'a token of another kind',
      Response.json({ access_token: 'a', token_type: 'dpop', expires_in: 9 }),
    ],
  ])('takes %s for no token', async (_, answer) => {
    const { auth, network } = await set()
    network.faults.push(answer)
    expect(await errorOf(auth.login(alice))).toMatchObject({ code: 'unexpected_answer' })
    expect(auth.user).toBeUndefined()
  })
})

describe('a refresh', () => {
  it('comes when the token is over, once for all callers', async () => {
    const { auth, network, pass } = await signedIn()
    pass(31 * minutes)
    const answers = await Promise.all(Array.from({ length: 20 }, () => auth.fetch(items)))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(network.tokenRequests).toBe(2)
  })

  it('comes ahead of time, and no request waits for it', async () => {
    const { auth, network, pass } = await signedIn()
    const before = await auth.getAccessToken()
    pass(29.8 * minutes)
    expect(await auth.getAccessToken()).toBe(before)
    await vi.waitFor(async () => expect(await auth.getAccessToken()).not.toBe(before), 20_000)
    expect(network.tokenRequests).toBe(2)
  })

  it('is waited for by a body that can be sent once', async () => {
    const { auth, pass, network } = await signedIn()
    const before = await auth.getAccessToken()
    pass(29.8 * minutes)
    const body = new Blob(['text']).stream()
    const duplex: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' }
    await auth.fetch(items, duplex)
    expect(network.asked.slice(-2)).toEqual(['/oauth/token', '/items/'])
    expect(await auth.getAccessToken()).not.toBe(before)
  })

  it('follows a 401, and the request is repeated once', async () => {
    const { auth, network, server } = await signedIn()
    // The device sleeps and no clock of it notices.
    server.pass(31 * minutes)
    const response = await auth.fetch(items)
    expect(response.status).toBe(200)
    expect(network.asked).toEqual(['/oauth/token', '/items/', '/oauth/token', '/items/'])
  })

  it('follows “claims changed”', async () => {
    const { auth, server, network } = await signedIn()
    expect(auth.user?.scopes).toEqual(['account'])
    await server.latchkey.users.setScopes('alice', ['items:read'], { actor: 'test' })
    expect((await auth.fetch(items)).status).toBe(200)
    expect(auth.user?.scopes).toEqual(['account', 'items:read'])
    expect(network.tokenRequests).toBe(2)
  })

  it.each([-90_000, 90_000, -5 * 3_600_000, 5 * 3_600_000])(
    'is not confused by a clock that is off by %d ms',
    async (off) => {
      const { auth, network, pass } = await set()
      vi.setSystemTime(Date.now() + off)
      await auth.login(alice)
      pass(20 * minutes)
      expect((await auth.fetch(items)).status).toBe(200)
      expect(network.tokenRequests).toBe(1)
      pass(11 * minutes)
      expect((await auth.fetch(items)).status).toBe(200)
      expect(network.tokenRequests).toBe(2)
    },
  )

  it.each(['lost request', 'lost answer'] as const)('is tried again after a %s', async (fault) => {
    const { auth, network, pass } = await signedIn()
    pass(31 * minutes)
    network.faults.push(fault)
    expect((await auth.fetch(items)).status).toBe(200)
    pass(31 * minutes)
    expect((await auth.fetch(items)).status).toBe(200)
    expect(auth.user).toBeDefined()
  })

  it.each([500, 502, 503, 429, 404])('that is answered %d signs nobody out', async (status) => {
    const { auth, network, pass } = await signedIn()
    pass(31 * minutes)
    const headers = { 'retry-after': '3600' }
    network.faults.push(new Response('no', { status, headers }))
    await errorOf(auth.fetch(items))
    expect(auth.user).toBeDefined()
    pass(2 * minutes)
    expect((await auth.fetch(items)).status).toBe(200)
  })

  it('that can’t reach the server signs nobody out', async () => {
    const { auth, network, pass } = await signedIn()
    pass(31 * minutes)
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] })
    network.faults.push(...Array<'lost request'>(9).fill('lost request'))
    const failed = errorOf(auth.fetch(items))
    await vi.advanceTimersByTimeAsync(30_000)
    expect(await failed).toMatchObject({ code: 'unreachable' })
    expect(auth.user).toBeDefined()
  })

  it('that is refused signs out, once, and empties the storage', async () => {
    const storage = memoryStorage()
    const { auth, server, network, pass } = await signedIn({ storage })
    const told = vi.fn()
    auth.onChange(told)
    const text = String(await storage.read())
    const { refreshToken } = JSON.parse(text) as { refreshToken: string }
    await server.postForm('/revoke', { token: refreshToken })
    pass(31 * minutes)
    const errors = await Promise.all([1, 2, 3].map(() => errorOf(auth.fetch(items))))
    expect(errors.map(({ code }) => code)).toEqual(Array(3).fill('signed_out'))
    expect(network.tokenRequests).toBe(2)
    await vi.waitFor(() => expect(told).toHaveBeenLastCalledWith({ user: undefined }))
    expect(told).toHaveBeenCalledTimes(2)
    expect(await storage.read()).toBeNull()
  })

  it('can be left by one caller while others wait', async () => {
    const { auth, pass } = await signedIn()
    pass(31 * minutes)
    const leaving = new AbortController()
    const left = auth.fetch(items, { signal: leaving.signal })
    const stayed = auth.fetch(items)
    leaving.abort()
    await expect(left).rejects.toMatchObject({ name: 'AbortError' })
    expect((await stayed).status).toBe(200)
  })
})

describe('a sign-out', () => {
  it('ends the session here and at the server', async () => {
    const { auth, server, network } = await signedIn()
    const token = await auth.getAccessToken()
    expect(await auth.logout()).toBe(true)
    expect(auth.user).toBeUndefined()
    expect((await server.get('/items/', token)).statusCode).toBe(401)
    expect(await errorOf(auth.fetch(items))).toMatchObject({ code: 'signed_out' })
    expect(network.asked).toEqual(['/oauth/token', '/revoke'])
  })

  it('works at once, without a network, and with a token that is over', async () => {
    const storage = memoryStorage()
    const { auth, network, pass } = await signedIn({ storage })
    pass(31 * minutes)
    network.faults.push('lost request')
    const heard = auth.logout()
    expect(auth.user).toBeUndefined()
    expect(await heard).toBe(false)
    expect(await storage.read()).toBeNull()
  })

  it('is not undone by a refresh on its way', async () => {
    const storage = memoryStorage()
    const { auth, network, pass } = await signedIn({ storage })
    pass(31 * minutes)
    let release = (_: undefined) => {}
    network.faults.push(
      new Promise((resolve) => {
        release = resolve
      }),
    )
    const failed = errorOf(auth.fetch(items))
    await vi.waitFor(() => expect(network.tokenRequests).toBe(2), 20_000)
    await auth.logout()
    release(undefined)
    expect(await failed).toMatchObject({ code: 'signed_out' })
    expect(auth.user).toBeUndefined()
    expect(await storage.read()).toBeNull()
  })
})

describe('a session', () => {
  it('is there again after a reload', async () => {
    const storage = memoryStorage()
    const { network } = await signedIn({ storage })
    const again = createClient({ url: issuer, fetch: network.fetch, storage })
    expect((await again.fetch(items)).status).toBe(200)
    expect(again.user?.username).toBe('alice')
    expect(network.tokenRequests).toBe(1)
  })

  it('is refreshed first where the clock was set back since', async () => {
    const storage = memoryStorage()
    const { network } = await signedIn({ storage })
    vi.setSystemTime(Date.now() - 3_600_000)
    const again = createClient({ url: issuer, fetch: network.fetch, storage })
    expect((await again.fetch(items)).status).toBe(200)
    expect(network.tokenRequests).toBe(2)
  })

  it('is told of at the start and at each change', async () => {
    const { auth } = await set()
    const told: (string | undefined)[] = []
    const stop = auth.onChange(({ user }) => told.push(user?.username))
    await auth.ready
    await auth.login(alice)
    await auth.logout()
    expect(told).toEqual([undefined, 'alice', undefined])
    stop()
    await auth.login(alice)
    expect(told).toHaveLength(3)
  })
})

describe('two apps on one storage, with no lock between them', () => {
  async function pair() {
    const storage = memoryStorage()
    const setting = await signedIn({ storage })
    const other = createClient({ url: issuer, fetch: setting.network.fetch, storage })
    await other.ready
    return { ...setting, storage, other }
  }

  it('may refresh at once, and both stay signed in', async () => {
    const { auth, other, pass } = await pair()
    for (let round = 0; round < 3; round++) {
      pass(31 * minutes)
      const answers = await Promise.all([auth.fetch(items), other.fetch(items)])
      expect(answers.map(({ status }) => status)).toEqual([200, 200])
    }
  })

  it('never present a token that the other has used', async () => {
    const { auth, other, pass } = await pair()
    pass(31 * minutes)
    await auth.fetch(items)
    pass(31 * minutes)
    await auth.fetch(items)
    // Two rotations behind: the token that it remembers would be theft.
    expect((await other.fetch(items)).status).toBe(200)
    expect(await other.getAccessToken()).toBe(await auth.getAccessToken())
  })

  it('do not take a late answer for news', async () => {
    const { auth, other, network, pass } = await pair()
    pass(31 * minutes)
    let release = (_: undefined) => {}
    network.faults.push(
      new Promise((resolve) => {
        release = resolve
      }),
    )
    const late = auth.fetch(items)
    await vi.waitFor(() => expect(network.tokenRequests).toBe(2), 20_000)
    await other.fetch(items)
    pass(31 * minutes)
    await other.fetch(items)
    release(undefined)
    expect((await late).status).toBe(200)
    expect(await auth.getAccessToken()).toBe(await other.getAccessToken())
    pass(31 * minutes)
    expect((await auth.fetch(items)).status).toBe(200)
  })

  it('go on after one was frozen, with what the other got', async () => {
    const { auth, other, network, pass } = await pair()
    pass(31 * minutes)
    let fail = (_: Error) => {}
    network.faults.push(
      new Promise((_, reject) => {
        fail = reject
      }),
    )
    const late = auth.fetch(items)
    await vi.waitFor(() => expect(network.tokenRequests).toBe(2), 20_000)
    await other.fetch(items)
    pass(minutes)
    fail(new TypeError('fetch failed'))
    expect((await late).status).toBe(200)
    expect(network.tokenRequests).toBe(3)
  })

  it('go on when a refresh is refused after the other was faster', async () => {
    const { auth, other, network, pass } = await pair()
    pass(31 * minutes)
    let refuse = (_: Response) => {}
    const refusal = new Promise<Response>((resolve) => {
      refuse = resolve
    })
    network.faults.push(refusal)
    const late = auth.fetch(items)
    await vi.waitFor(() => expect(network.tokenRequests).toBe(2), 20_000)
    await other.fetch(items)
    refuse(Response.json({ error: 'invalid_grant' }, { status: 400 }))
    expect((await late).status).toBe(200)
    expect(auth.user).toBeDefined()
  })
})

describe('two apps that hear of each other', () => {
  const shared = (name: string): SessionStorage => ({ ...memoryStorage(), name })

  async function open(...names: string[]) {
    const [storage, ...others] = names.map(shared)
    const setting = await set({ storage: storage ?? shared('') })
    const { fetch } = setting.network
    const clients = others.map((each) => createClient({ url: issuer, fetch, storage: each }))
    onTestFinished(() => [setting.auth, ...clients].forEach((client) => void client.close()))
    return { ...setting, clients }
  }

  it('are both signed out, once, by a refresh that is refused', async () => {
    const { auth, server, pass, clients } = await open('one', 'one')
    const told = vi.fn()
    clients[0]?.onChange(told)
    await auth.login(alice)
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(2))
    await server.postForm('/revoke', { token: await auth.getAccessToken() })
    pass(31 * minutes)
    expect(await errorOf(auth.fetch(items))).toMatchObject({ code: 'signed_out' })
    await vi.waitFor(() => expect(told).toHaveBeenLastCalledWith({ user: undefined }))
    expect(told).toHaveBeenCalledTimes(3)
  })

  it('do not hear of what is kept under another name', async () => {
    const { auth, clients } = await open('one', 'another', 'one')
    await auth.login(alice)
    await vi.waitFor(() => expect(clients[1]?.user).toBeDefined())
    expect(clients[0]?.user).toBeUndefined()
  })
})

describe('a storage', () => {
  const broken = () => {
    throw new Error('The quota has been exceeded')
  }

  it.each([
    ['throws', { read: broken, write: broken }],
    ['throws when written', { read: () => null, write: broken }],
    ['rejects', { read: async () => broken(), write: async () => broken() }],
  ])('that %s leaves the session in memory', async (_, storage) => {
    const onStorageError = vi.fn()
    const { auth, pass } = await signedIn({ storage, onStorageError })
    expect((await auth.fetch(items)).status).toBe(200)
    pass(31 * minutes)
    expect((await auth.fetch(items)).status).toBe(200)
    expect(onStorageError).toHaveBeenCalledTimes(1)
  })

  it('that may not even be looked at leaves the session in memory', async () => {
    vi.stubGlobal('window', {
      get localStorage(): Storage {
        throw new DOMException('Not for this page', 'SecurityError')
      },
    })
    const { auth } = await signedIn()
    expect((await auth.fetch(items)).status).toBe(200)
  })

  it('that holds something else holds no session', async () => {
    const { auth } = await set({ storage: { read: () => '{"id":7}', write: () => {} } })
    await auth.ready
    expect(auth.user).toBeUndefined()
  })

  it('that never answers keeps nobody waiting', async () => {
    const never = () => new Promise<never>(() => {})
    const { auth } = await signedIn({ storage: { read: never, write: never } })
    expect((await auth.fetch(items)).status).toBe(200)
  })
})

describe('the token', () => {
  it.each(['http://api.example.com/items/', 'http://127.0.0.1.example.com/'])(
    'does not go to %s',
    async (url) => {
      const { auth, network } = await signedIn()
      expect(await errorOf(auth.fetch(url))).toMatchObject({ code: 'url_not_allowed' })
      expect(network.asked).toEqual(['/oauth/token'])
    },
  )

  it('goes only to the APIs that were named', async () => {
    const { auth } = await signedIn({ apis: ['https://api.example.com'] })
    expect((await auth.fetch('https://api.example.com/items/')).status).toBe(200)
    expect((await auth.fetch('/items/')).status).toBe(200)
    const error = await errorOf(auth.fetch('https://elsewhere.example.com/items/'))
    expect(error.code).toBe('url_not_allowed')
  })

  it('is not sent for by an address that others can read', () => {
    expect(() => createClient({ url: 'http://auth.example.com' })).toThrow(TypeError)
  })
})

it('runs on the little that React Native has', async () => {
  // The client sees another clock there than the one that stands still here.
  vi.useRealTimers()
  const { network } = await set()
  const { createClient } = await clientOnBareRuntime(network.fetch)
  const kept = new AsyncStorage()
  const open = () =>
    createClient({
      url: issuer,
      storage: {
        read: () => kept.getItem('session'),
        write: (text) =>
          text === null ? kept.removeItem('session') : kept.setItem('session', text),
      },
    })

  const auth = open()
  await auth.login(alice)
  expect((await auth.fetch('/items/')).status).toBe(200)
  expect((await auth.fetch(`${issuer}/users/me`)).status).toBe(200)
  expect(network.asked).toEqual(['/oauth/token', '/items/', '/users/me'])
  await expect(auth.fetch('http://api.example.com/')).rejects.toMatchObject({
    code: 'url_not_allowed',
  })

  const session = JSON.parse(kept.items.get('session') ?? '')
  const slept = { ...session, receivedAt: session.receivedAt - 31 * 60_000 }
  kept.items.set('session', JSON.stringify(slept))
  const again = open()
  await again.ready
  expect(again.user?.username).toBe('alice')
  const leaving = new PlainAbortController()
  const left = again.getAccessToken({ signal: leaving.signal })
  leaving.abort()
  await expect(left).rejects.toMatchObject({ name: 'AbortError' })
  expect((await again.fetch('/items/')).status).toBe(200)
  expect(network.tokenRequests).toBe(2)

  expect(await again.logout()).toBe(true)
  expect(again.user).toBeUndefined()
  expect(kept.items.size).toBe(0)
})

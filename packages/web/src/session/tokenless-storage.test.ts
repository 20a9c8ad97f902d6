import { createClient } from '@latchkey/client'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { tokenlessStorage } from './tokenless-storage.js'

/** As much of a browser's as is used: what tabs share, and what each is told of the others. */
class Shared {
  readonly kept = new Map<string, string>()
  getItem = (key: string) => this.kept.get(key) ?? null
  setItem = (key: string, value: string) => void this.kept.set(key, value)
  removeItem = (key: string) => void this.kept.delete(key)
}

let shared: Shared
let events: EventTarget

beforeEach(() => {
  shared = new Shared()
  events = new EventTarget()
  vi.stubGlobal('localStorage', shared)
  vi.stubGlobal('addEventListener', events.addEventListener.bind(events))
  vi.stubGlobal('removeEventListener', events.removeEventListener.bind(events))
})

afterEach(() => vi.unstubAllGlobals())

const alice = {
  id: 'one',
  step: 3,
  accessToken: 'secret',
  scopes: ['account'],
  username: 'alice',
  expiresIn: 600,
  receivedAt: 1000,
}

it('J08 keeps no token, and gives what it was given for as long as the page lives', () => {
  const storage = tokenlessStorage('key')
  storage.write(JSON.stringify(alice))
  expect(shared.getItem('key')).not.toContain('secret')
  expect(storage.read()).toBe(JSON.stringify(alice))
  // After a reload: who it is, with a token that is over.
  const later = JSON.parse(String(tokenlessStorage('key').read()))
  expect(later).toMatchObject({ id: 'one', username: 'alice', expiresIn: 0, step: 0 })
})

it('knows when another tab has signed out, or somebody else in', () => {
  const here = tokenlessStorage('key')
  const there = tokenlessStorage('key')
  here.write(JSON.stringify(alice))
  there.write(JSON.stringify({ ...alice, id: 'two', username: 'bob' }))
  expect(JSON.parse(String(here.read()))).toMatchObject({ id: 'two', username: 'bob' })
  there.write(null)
  expect(here.read()).toBeNull()
  // Nothing of before comes back with a session of the same id.
  shared.setItem('key', JSON.stringify({ ...alice, accessToken: 'none' }))
  expect(here.read()).not.toContain('secret')
})

it('tells of another session, and not of the same one with its next token', () => {
  const storage = tokenlessStorage('key')
  storage.write(JSON.stringify(alice))
  const changed = vi.fn()
  const stop = storage.watch?.(changed)
  const hear = (key: string | null, newValue: string | null) =>
    events.dispatchEvent(Object.assign(new Event('storage'), { key, newValue }))
  hear('key', JSON.stringify({ ...alice, step: 0 }))
  hear('another', null)
  expect(changed).not.toHaveBeenCalled()
  hear('key', JSON.stringify({ ...alice, id: 'two' }))
  hear('key', null)
  hear('key', 'no JSON')
  hear(null, null)
  events.dispatchEvent(new Event('pageshow'))
  expect(changed).toHaveBeenCalledTimes(5)
  stop?.()
  hear('key', null)
  expect(changed).toHaveBeenCalledTimes(5)
})

/** A tab: a client of its own over the storage that all share. */
function tab(fetch: typeof globalThis.fetch) {
  const onStorageError = vi.fn()
  const client = createClient({
    url: 'https://auth.example.com',
    cookie: true,
    storage: tokenlessStorage('key'),
    fetch,
    onStorageError,
  })
  return { client, onStorageError }
}

/** Counts what it answers with one token after another. */
function server() {
  let tokens = 0
  const fetch = vi.fn(async (input: string | URL | Request) => {
    if (!String(input).endsWith('/oauth/token')) return new Response('{}')
    const body = { access_token: `token ${++tokens}`, token_type: 'bearer', expires_in: 600 }
    return Response.json(body)
  })
  return { fetch, tokens: () => tokens }
}

it('two tabs that need a token at once take it from each other', async () => {
  const { fetch, tokens } = server()
  const first = tab(fetch)
  await first.client.login({ username: 'alice', password: 'x' })
  first.client.close()
  // Both were loaded anew.
  const [here, there] = [tab(fetch).client, tab(fetch).client]
  const got = await Promise.all([here.getAccessToken(), there.getAccessToken()])
  expect(tokens()).toBeGreaterThanOrEqual(2)
  expect(got.every((token) => /^token [23]$/.test(token))).toBe(true)
  expect([here.user?.username, there.user?.username]).toEqual(['alice', 'alice'])
  await here.logout()
  await vi.waitFor(() => expect(there.user).toBeUndefined())
  here.close()
  there.close()
})

it('a browser without storage keeps who is signed in for as long as the page lives', async () => {
  const { fetch } = server()
  const refused = () => {
    throw new DOMException('', 'SecurityError')
  }
  Object.assign(shared, { getItem: refused, setItem: refused, removeItem: refused })
  const { client, onStorageError } = tab(fetch)
  await client.ready
  await client.login({ username: 'alice', password: 'x' })
  expect(client.user?.username).toBe('alice')
  expect(await client.getAccessToken()).toBe('token 1')
  expect(onStorageError).toHaveBeenCalledTimes(1)
  await client.logout()
  expect(client.user).toBeUndefined()
  client.close()
})

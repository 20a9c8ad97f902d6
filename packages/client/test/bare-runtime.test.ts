/** The client where most of the web platform is missing, as on React Native. */
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { expect, it } from 'vitest'
import { bundled } from '../../guard/test/bundle.js'
import { alice, issuer, testServer } from '../../server/test/test-server.js'
import type * as Client from '../src/index.js'
import { InjectedFetch } from './injected-fetch.js'

/** What React Native's older URL does: it joins, adds a slash, and has no parts. */
class JoiningUrl {
  readonly #address: string

  constructor(address: string, base?: string) {
    const joined = base === undefined ? address : base.replace(/\/$/, '') + address
    this.#address = joined.endsWith('/') ? joined : `${joined}/`
  }

  get href(): string {
    return this.#address
  }

  get origin(): string {
    throw new Error('URL.origin is not implemented')
  }

  get hostname(): string {
    throw new Error('URL.hostname is not implemented')
  }
}

/** A signal that says that it was aborted, and not why. */
class PlainAbortController extends AbortController {
  constructor() {
    super()
    Object.defineProperty(this.signal, 'reason', { value: undefined })
  }
}

/** As @react-native-async-storage/async-storage has it. */
class AsyncStorage {
  readonly items = new Map<string, string>()

  async getItem(key: string): Promise<string | null> {
    return this.items.get(key) ?? null
  }

  async setItem(key: string, text: string): Promise<void> {
    this.items.set(key, text)
  }

  async removeItem(key: string): Promise<void> {
    this.items.delete(key)
  }
}

function isModule(value: unknown): value is typeof Client {
  return typeof value === 'object' && value !== null && 'createClient' in value
}

/** The package in a world of its own, which has these globals and the language's. */
async function clientIn(globals: Record<string, unknown>): Promise<typeof Client> {
  const { code, imports } = await bundled(join(import.meta.dirname, '../src/index.ts'), {
    format: 'iife',
  })
  expect(imports).toEqual([])
  const module: unknown = runInContext(`${code}; bundle`, createContext(globals))
  if (!isModule(module)) throw new Error('The bundle exports no client')
  return module
}

it('signs in, stays signed in and signs out on the little that React Native has', async () => {
  const server = await testServer()
  await server.addUser()
  const network = new InjectedFetch(server)
  const { createClient } = await clientIn({
    fetch: network.fetch,
    Headers,
    URL: JoiningUrl,
    AbortController: PlainAbortController,
    TextEncoder,
    setTimeout,
    clearTimeout,
  })
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

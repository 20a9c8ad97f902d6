/** A platform where most of the web's is missing, as on React Native. */
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { bundled } from '../../guard/test/bundle.js'
import type * as Client from '../src/index.js'

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
export class PlainAbortController extends AbortController {
  constructor() {
    super()
    Object.defineProperty(this.signal, 'reason', { value: undefined })
  }
}

/** As @react-native-async-storage/async-storage has it. */
export class AsyncStorage {
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

/** The package in a world of its own, which has the language and these few globals. */
export async function clientOnBareRuntime(fetch: typeof globalThis.fetch): Promise<typeof Client> {
  const entry = join(import.meta.dirname, '../src/index.ts')
  const { code } = await bundled(entry, { format: 'iife' })
  const globals = createContext({
    fetch,
    Headers,
    URL: JoiningUrl,
    AbortController: PlainAbortController,
    TextEncoder,
    setTimeout,
    clearTimeout,
  })
  const module: unknown = runInContext(`${code}; bundle`, globals)
  if (!isModule(module)) throw new Error('The bundle exports no client')
  return module
}

/** Databases in memory, one test after the other in each: the thread that writes one takes its time to start. */

import { Refusal } from '../src/errors.js'
import type { Database } from '../src/store/database.js'
import { openDatabase, Store } from '../src/store/open.js'
import { type Renewal, renew, renewalOf } from './renewal.js'

/** Has its tables. Whoever closes it hands it on. */
export async function memoryDatabase(clock: () => number): Promise<Database> {
  const kept = idle.pop() ?? (await makeDatabase())
  kept.clock = clock
  return lent(kept)
}

interface KeptDatabase {
  readonly database: Database
  readonly renewal: Renewal
  /** Of the test that has it. */
  clock: () => number
}

const inMemory = 'sqlite::memory:'
const idle: KeptDatabase[] = []

async function makeDatabase(): Promise<KeptDatabase> {
  const by = { clock: Date.now }
  const database = await openDatabase(inMemory, () => by.clock())
  await new Store(database).migrate()
  return Object.assign(by, { database, renewal: await renewalOf(database) })
}

/** Until it is closed; whatever it is asked from then on, it refuses. */
function lent(kept: KeptDatabase): Database {
  const { database } = kept
  let isOpen = true
  const close = async () => {
    if (!isOpen) return
    isOpen = false
    if (await renew(database, kept.renewal)) idle.push(kept)
    else await database.close()
  }
  return new Proxy(database, {
    get(_, name) {
      if (name === 'close') return close
      const value: unknown = Reflect.get(database, name)
      if (typeof value !== 'function') return value
      return isOpen || !questions.has(name) ? value.bind(database) : refuse
    },
  })
}

const questions: ReadonlySet<string | symbol> = new Set<keyof Database>([
  ...(['read', 'first', 'readStale', 'write', 'alter', 'makeIndex'] as const),
  ...(['watch', 'hasTable', 'ping', 'examine', 'examineReplica'] as const),
])

async function refuse(): Promise<never> {
  throw new Refusal('storage_unavailable', { message: 'The store is closed.' })
}

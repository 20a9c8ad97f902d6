import { randomBytes } from 'node:crypto'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import type { CompiledQuery } from 'kysely'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { lineLogger } from '../src/cli/logger.js'
import type { ClaimsFunction } from '../src/core/custom-claims.js'
import { HashPool } from '../src/core/passwords/hash-pool.js'
import type { NewUser } from '../src/core/users.js'
import { type Latchkey, openLatchkey } from '../src/latchkey.js'
import type { OpenTelemetry } from '../src/open-telemetry.js'
import { buildApp } from '../src/serve.js'
import { readSettings } from '../src/settings/read.js'
import type { SettingOptions } from '../src/settings/settings.js'
import type { Database } from '../src/store/database.js'
import { openDatabase, Store } from '../src/store/open.js'
import type { Instant } from '../src/store/schema.js'
import { memoryDatabase } from './memory-databases.js'

/** A whole server for one test, with a clock to turn and a log to read. */
export interface TestServer {
  app: FastifyInstance
  latchkey: Latchkey
  /** What was logged, a line an entry. */
  log: string[]
  /** Moves the clock; it stands still otherwise. */
  pass(milliseconds: number): void
  addUser(user?: Partial<NewUser>): Promise<void>
  /** Signs in at `/token`; answers the access token. */
  signIn(user?: { username?: string; password?: string; scope?: string }): Promise<string>
  /** `GET path` with a token. */
  get(path: string, token: string): Promise<LightMyRequestResponse>
  postForm(path: string, fields: Record<string, string>): Promise<LightMyRequestResponse>
  /** Posts a body as it is, form-encoded unless `headers` say otherwise. */
  post(
    path: string,
    body: string | Buffer,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>
  /** Reads what stands in the database and is shown nowhere. */
  read<Row>(query: CompiledQuery<Row>): Promise<Row[]>
}

export const alice = { username: 'alice', password: 'correct horse battery' }

/** Both token endpoints: most of what holds at one holds at the other. */
export const doors = ['/token', '/oauth/token'] as const
export type Door = (typeof doors)[number]

export const issuer = 'http://127.0.0.1:8000'

const defaults = {
  databaseUrl: 'sqlite::memory:',
  issuer,
  secretKey: randomBytes(32).toString('hex'),
  // Whole suites share a thread, and stop it for as long as they like.
  maxEventLoopDelay: 'off',
}

/** Far below what a setting may say. Nothing but the tests of hashes is about what they cost. */
const quickHash = { format: 'argon2id', memory: 8, passes: 1, lanes: 1 } as const

/** Of all servers of a process: its threads take longer to start than most tests run. */
class SharedHashPool extends HashPool {
  override async close(): Promise<void> {}
}
const hashPool = new SharedHashPool()

const formEncoded = { 'content-type': 'application/x-www-form-urlencoded' }

/**
 * @param settings in camelCase; the database is SQLite in memory unless `databaseUrl` says otherwise
 * @param around puts something of the test's between the store and its database
 * @param pollEvery milliseconds between two looks at the change feed, where not as usual
 * @param claims as an embedding app makes them
 * @param openTelemetry as an app brings it
 */
export async function testServer(
  settings: SettingOptions = {},
  around?: (database: Database) => Database,
  pollEvery?: number,
  claims?: ClaimsFunction,
  openTelemetry?: OpenTelemetry,
): Promise<TestServer> {
  const server = await start(settings, around, pollEvery, claims, openTelemetry)
  onTestFinished(() => server.app.close())
  return server
}

/**
 * One server with alice for all tests of a `describe`, where none of them changes what another sees.
 *
 * @param settings as above; a function where they are known only when the tests run
 */
export function sharedServer(
  settings: SettingOptions | (() => Promise<SettingOptions>) = {},
  user: Partial<NewUser> = {},
): () => TestServer {
  let server: TestServer | undefined
  beforeAll(async () => {
    server = await start(typeof settings === 'function' ? await settings() : settings)
    await server.addUser(user)
  })
  afterAll(() => server?.app.close())
  return () => {
    if (server === undefined) throw new Error('The server is there only while tests run')
    return server
  }
}

async function start(
  given: SettingOptions,
  around?: (database: Database) => Database,
  pollEvery?: number,
  claims?: ClaimsFunction,
  openTelemetry?: OpenTelemetry,
): Promise<TestServer> {
  const log: string[] = []
  const logger = lineLogger('trace', { write: (line: string) => void log.push(line) })
  let now = Date.now()
  const clock = () => now as Instant
  const settings = {
    ...readSettings('embedded', {}, { ...defaults, ...given }),
    ...(given.passwordHash === undefined && { passwordHash: quickHash }),
  }
  // One in memory is seen only by whoever has opened it.
  const held =
    given.databaseUrl === undefined
      ? await memoryDatabase(clock)
      : around && (await openDatabase(settings.databaseUrl, clock))
  const store = held && new Store(around ? around(held) : held)
  await store?.migrate()
  const latchkey = await openLatchkey(settings, {
    log: logger,
    clock,
    hashPool,
    isForDevelopment: true,
    ...(store && { store }),
    ...(pollEvery && { pollEvery }),
    ...(claims && { claims }),
    ...(openTelemetry && { openTelemetry }),
  })
  await latchkey.start()
  const app = await buildApp({ log: logger, demo: true }, latchkey)

  const post: TestServer['post'] = (url, payload, headers = {}) =>
    app.inject({ method: 'POST', url, headers: { ...formEncoded, ...headers }, payload })
  const postForm: TestServer['postForm'] = (url, fields) =>
    post(url, new URLSearchParams(fields).toString())
  return {
    app,
    latchkey,
    log,
    pass: (milliseconds) => {
      now += milliseconds
    },
    addUser: async (user) => {
      await latchkey.users.add({ ...alice, ...user }, { actor: 'test' })
    },
    signIn: async (user) => {
      const answer = await postForm('/token', { ...alice, ...user })
      return answer.json<{ access_token: string }>().access_token
    },
    get: (url, token) => app.inject({ url, headers: { authorization: `Bearer ${token}` } }),
    postForm,
    post,
    async read(query) {
      if (held !== undefined) return held.read(query)
      const other = await openDatabase(settings.databaseUrl, clock)
      return other.read(query).finally(() => other.close())
    },
  }
}

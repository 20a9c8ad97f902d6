/** A whole server in memory, for the tests of apps and APIs that use it. */

import { randomBytes } from 'node:crypto'
import type { KeySourceOptions } from '@latchkey/guard'
import type { FastifyPluginAsync } from 'fastify'
import pino from 'pino'
import type { ClientTerms } from '../core/client-registry.js'
import { HashPool } from '../core/passwords/hash-pool.js'
import type { LatchkeyOptions } from '../index.js'
import { openLatchkey } from '../latchkey.js'
import { buildApp } from '../serve.js'
import { readSettings } from '../settings/read.js'
import type { SettingOptions } from '../settings/settings.js'
import type { Target } from './exchange.js'
import type { Faults } from './faults.js'
import { type Duration, HandClock } from './hand-clock.js'
import { MemoryServer } from './memory-server.js'

export type { Target } from './exchange.js'
export type { Faults } from './faults.js'
export type { Duration } from './hand-clock.js'

/** Who is there, and how the server is set. */
export interface TestServerOptions {
  /** Who is there from the start. */
  readonly users?: readonly TestUser[] | undefined
  /** In camelCase, as the plugin takes them. Nothing is read from the environment. */
  readonly settings?: TestSettings | undefined
  /** Milliseconds since 1970 at which the clock stands: by default the second of the call. */
  readonly now?: number | undefined
  /** Who is asked when `server.fetch` is to go elsewhere: by default the platform's. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** Hears each line of the server's log. */
  readonly onLog?: ((line: string) => void) | undefined
}

/** All but those of a process and its storage, of which there are none. */
export type TestSettings = Omit<
  SettingOptions,
  | 'breachedPasswords'
  | 'databaseUrl'
  | 'databaseUrlFile'
  | 'databaseReplicaUrl'
  | 'databaseReplicaUrlFile'
  | 'drain'
  | 'host'
  | 'keepAlive'
  | 'logLevel'
  | 'mailFrom'
  | 'maxConnections'
  | 'maxEventLoopDelay'
  | 'port'
  | 'secretKey'
  | 'secretKeyFile'
  | 'secretKeyPrevious'
  | 'secretKeyPreviousFile'
  | 'smtpUrl'
  | 'smtpUrlFile'
  | 'workers'
>

/** A user that is there from the start. */
export interface TestUser {
  readonly username: string
  /** Any at all: the password policy does not look at it. */
  readonly password: string
  readonly email?: string | undefined
  readonly emailVerified?: boolean | undefined
  readonly scopes?: readonly string[] | undefined
}

/** A client beside the built-in one; without `confidential` it has no secret. */
export interface TestClient extends ClientTerms {
  readonly id: string
  readonly confidential?: boolean | undefined
}

/** What a sign-in is answered with. */
export interface TestTokens {
  readonly accessToken: string
  readonly refreshToken: string
  /** Seconds. */
  readonly expiresIn: number
}

/** A mail that would have been sent. */
export interface TestMail {
  /** `password_reset`, `email_verification` and so on. */
  readonly kind: string
  /** Its address. */
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** The link in it that works once, and the token of that. */
  readonly link: string | undefined
  readonly token: string | undefined
}

/** Any number of them can be open at a time; each is a server of its own. */
export interface TestServer {
  /** Who signs the tokens: the `url` of a client. Nobody else answers there. */
  readonly issuer: string
  /** To be spread into the options of a guard, which then goes by the server's own keys, sign-outs and clock. */
  readonly guardOptions: KeySourceOptions
  readonly clock: TestClock
  readonly faults: Faults
  /** In place of `latchkey` in an app that embeds it; of its options only `prefix` and `docs` count. */
  readonly plugin: FastifyPluginAsync<LatchkeyOptions>
  /** For a client, or a guard with an issuer. What is not under the server's origin goes elsewhere. */
  readonly fetch: typeof globalThis.fetch
  /**
   * Opens a port on loopback, for what can't be given a `fetch`. The issuer is then its address, so
   * tokens from before are refused.
   *
   * @param port by default a free one
   * @returns its origin
   */
  listen(port?: number): Promise<string>
  /** @throws Error (by rejection) for what no user may be called */
  addUser(user: TestUser): Promise<void>
  /** @returns its secret, if it has one */
  addClient(client: TestClient): Promise<string | undefined>
  /** Gives a user other scopes, of which their sessions hear. */
  setScopes(username: string, scopes: readonly string[]): Promise<void>
  /** Signs one of the users in with their own password, past all faults. */
  signIn(username: string, options?: { readonly scope?: string | undefined }): Promise<TestTokens>
  /** Ends all sessions of a user, as an admin does. */
  signOut(username: string): Promise<void>
  /** The mails that would have been sent, oldest first: all, or those to one address. */
  mails(to?: string): Promise<TestMail[]>
  /** How many such requests have arrived, those whose answer was lost included. */
  countOf(target: Target): number
  /** Ends it; what was in it is gone. */
  close(): Promise<void>
}

/** The server's clock. It stands still until it is turned. */
export interface TestClock {
  /** Milliseconds since 1970. */
  now(): number
  /** Turns it, and lets the server do what is due then: change keys, forget what is over. */
  advance(by: Duration): Promise<void>
}

/**
 * Opens a server in memory, that has no port, no file and nothing of the environment.
 *
 * ```ts
 * const server = await createTestServer({ users: [{ username: 'ada', password: 'secret' }] })
 * const auth = createClient({ url: server.issuer, fetch: server.fetch })
 * const guard = createGuard(server.guardOptions)
 * ```
 *
 * @throws SettingsError with everything that is wrong with the settings
 */
export async function createTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { users = [], now = Math.floor(Date.now() / 1000) * 1000 } = options
  const settings = readSettings('embedded', {}, { ...options.settings, ...inMemory() })
  const clock = new HandClock(now)
  const log = loggerTo(options.onLog)
  const hashPool = new HashPool({ workers: 1 })
  const latchkey = await openLatchkey(settings, {
    log,
    clock: clock.now,
    hashPool,
    loopbackIssuer,
    isForDevelopment: true,
  })
  try {
    await latchkey.start()
    const app = await buildApp({ log }, latchkey)
    const server = new MemoryServer({ app, latchkey, clock, elsewhere: options.fetch })
    for (const user of users) await server.addUser(user)
    return server
  } catch (error) {
    await latchkey.close()
    throw error
  }
}

/** A name that leads nowhere (RFC 6761 section 6.2): whoever forgets to give a `fetch` must not reach another server. */
const loopbackIssuer = 'https://latchkey.test'

function inMemory(): SettingOptions {
  // A test's own work must not turn its sign-ins away.
  const maxEventLoopDelay = 'off'
  const secretKey = randomBytes(32).toString('hex')
  return { databaseUrl: 'sqlite::memory:', secretKey, maxEventLoopDelay }
}

function loggerTo(onLog: TestServerOptions['onLog']): pino.Logger {
  return onLog === undefined
    ? pino({ level: 'silent' })
    : pino({ level: 'debug' }, { write: (line: string) => onLog(line.trimEnd()) })
}

import { createGuard, type Guard } from '@latchkey/guard'
import { AccessTokens } from './core/access-tokens.js'
import { Clients } from './core/clients.js'
import { type Clock, systemClock } from './core/clock.js'
import { Health } from './core/health.js'
import { Identity } from './core/identity.js'
import { KeyWrap } from './core/key-wrap.js'
import { Keys } from './core/keys.js'
import type { Log } from './core/log.js'
import { HashPool } from './core/passwords/hash-pool.js'
import { Passwords } from './core/passwords/passwords.js'
import { Sessions } from './core/sessions.js'
import { SignIn } from './core/sign-in.js'
import { Users } from './core/users.js'
import { masterSecretBeside } from './master-secret.js'
import type { Settings } from './settings/settings.js'
import { openStore, type Store } from './store/open.js'

/** What is open while a server or a command runs: settings → store → core. */
export interface Latchkey {
  readonly settings: Settings
  readonly store: Store
  readonly identity: Identity
  readonly keys: Keys
  readonly passwords: Passwords
  readonly hashPool: HashPool
  readonly clients: Clients
  readonly users: Users
  readonly sessions: Sessions
  readonly signIn: SignIn
  readonly health: Health
  /** Guards the server's own routes by the published guard's own door, with keys from memory. */
  readonly guard: Guard
  close(): Promise<void>
}

export interface Surroundings {
  log: Log
  clock?: Clock
  /** Stands in for an issuer that was not given. */
  loopbackIssuer?: string
  /** Hash workers are started when first needed unless a test gives its own. */
  hashPool?: HashPool
}

/**
 * Opens everything in order; `close` ends it in the opposite one. Keys are not loaded by it: a
 * server calls `keys.load()`, a command that only manages users needs no master secret.
 *
 * @throws Refusal `storage_unavailable` when the database can't be opened
 */
export async function openLatchkey(
  settings: Settings,
  { log, clock = systemClock, loopbackIssuer, hashPool }: Surroundings,
): Promise<Latchkey> {
  const store = await openStore(settings.databaseUrl)
  const pool = hashPool ?? new HashPool()
  const passwords = new Passwords({ pool, choice: settings.passwordHash })
  const identity = new Identity(
    {
      issuer: settings.issuer,
      audience: settings.audience,
      subject: settings.subject,
      algorithm: settings.signingAlgorithm,
    },
    loopbackIssuer ?? `http://127.0.0.1:${settings.port}`,
  )
  const keys = new Keys({
    store,
    wrap: keyWrap(settings),
    clock,
    algorithm: settings.signingAlgorithm,
    hs256Secret: settings.hs256Secret,
  })
  const users = new Users({
    store,
    passwords,
    identity,
    clock,
    minPasswordLength: settings.passwordMinLength,
    definedScopes: settings.scopes,
  })
  const accessTokens = new AccessTokens({ keys, identity, lifetime: settings.accessTokenTtl })
  const sessions = new Sessions({ store, accessTokens, clock })
  return {
    settings,
    store,
    identity,
    keys,
    passwords,
    hashPool: pool,
    clients: new Clients({ firstPartyIsOn: settings.firstPartyClient }),
    users,
    sessions,
    signIn: new SignIn({ store, passwords, sessions, clock, log }),
    health: new Health({ store, keys }),
    guard: createGuard({
      keys: keys.verification,
      issuer: () => identity.issuer,
      audience: () => identity.audience,
      typ: identity.tokenType,
      now: clock,
    }),
    async close() {
      await pool.close()
      await store.close()
    },
  }
}

/** The master secret is read, or made, when a key first needs it, and then kept. */
function keyWrap({ secretKey, databaseUrl }: Settings): (mayMake: boolean) => KeyWrap {
  let wrap: KeyWrap | undefined
  return (mayMake) => {
    wrap ??= new KeyWrap(secretKey ?? masterSecretBeside(databaseUrl, mayMake))
    return wrap
  }
}

/** Brings the database up to date, and says which migrations it took. */
export async function migrateStore(settings: Settings): Promise<string[]> {
  const store = await openStore(settings.databaseUrl, { migrate: false })
  try {
    return await store.migrate()
  } finally {
    await store.close()
  }
}

import { createGuard, type Guard } from '@latchkey/guard'
import { type Accounts, openAccounts } from './accounts.js'
import { AccessTokens } from './core/access-tokens.js'
import { type Audit, openAudit } from './core/audit/open.js'
import { CleanUp, cleanUpLimits } from './core/clean-up.js'
import { ClientRegistry } from './core/client-registry.js'
import { ClientSignIn } from './core/client-sign-in.js'
import { Clients } from './core/clients.js'
import type { Clock } from './core/clock.js'
import { CustomClaims } from './core/custom-claims.js'
import { Health } from './core/health.js'
import { Identity } from './core/identity.js'
import type { KeyRotation } from './core/key-rotation.js'
import type { Keys } from './core/keys.js'
import type { Family } from './core/measures/instruments.js'
import type { Measures } from './core/measures/measures.js'
import { ownTokens } from './core/own-tokens.js'
import type { HashPool } from './core/passwords/hash-pool.js'
import type { PasswordPolicy } from './core/passwords/password-policy.js'
import type { Passwords } from './core/passwords/passwords.js'
import { shuffle } from './core/random.js'
import { Refresh } from './core/refresh.js'
import { Revocations } from './core/revocations.js'
import { ScopeChanges } from './core/scope-changes.js'
import { Sessions } from './core/sessions.js'
import { SignIn } from './core/sign-in.js'
import { StatusLists } from './core/status-lists.js'
import { blockLife, StatusPlaces } from './core/status-places.js'
import { StatusPublications } from './core/status-publications.js'
import { TokenEncryption } from './core/token-encryption.js'
import { EventLoopDelay } from './event-loop-delay.js'
import { openKeys } from './keys.js'
import { type Mailing, openMailing } from './mailing.js'
import { keyWrap } from './master-secret.js'
import { Metrics, type Recorded } from './measures.js'
import { findOpenTelemetry } from './open-telemetry.js'
import { openPasswords } from './passwords.js'
import { openPeople, type People } from './people.js'
import { openPresented, type Presented } from './presented.js'
import type { Settings } from './settings/settings.js'
import { openStorage } from './storage.js'
import type { Store } from './store/open.js'
import type { Surroundings } from './surroundings.js'
import { openThrottling, type Throttling } from './throttling.js'
import { Traces } from './tracing.js'

/** What is open while a server or a command runs: settings → store → core. */
export interface Latchkey extends People, Accounts, Mailing, Throttling, Presented, Recorded {
  readonly settings: Settings
  readonly store: Store
  readonly clock: Clock
  readonly measures: Measures
  /** The numbers of all processes that share a port. */
  readonly metrics: () => Promise<readonly Family[]>
  /** Milliseconds by which this process is late to what is due. */
  readonly lateness: () => number
  readonly traces: Traces
  readonly identity: Identity
  readonly keys: Keys
  readonly keyRotation: KeyRotation
  /** Absent where tokens are signed only. */
  readonly encryption: TokenEncryption | undefined
  readonly passwords: Passwords
  readonly passwordPolicy: PasswordPolicy
  readonly hashPool: HashPool
  readonly clients: Clients
  readonly clientRegistry: ClientRegistry
  readonly sessions: Sessions
  readonly refresh: Refresh
  readonly signIn: SignIn
  readonly clientSignIn: ClientSignIn
  readonly revocations: Revocations
  readonly statusPublications: StatusPublications
  readonly scopeChanges: ScopeChanges
  readonly cleanUp: CleanUp
  readonly audit: Audit
  readonly health: Health
  /** Guards the server's own routes by the published guard's own door, with keys from memory. */
  readonly guard: Guard
  /** For a command that writes what a server is to read. @throws Error under another secret than the server's */
  checkMasterSecret(): Promise<void>
  /** Loads keys and begins to listen for changes: for a server, before it answers. */
  start(): Promise<void>
  close(): Promise<void>
}

/**
 * Opens everything in order; `close` ends it in the opposite one. A server calls `start` then; a
 * command that only manages users needs neither keys nor the master secret.
 *
 * @throws Refusal `storage_unavailable` when the database can't be opened
 */
export async function openLatchkey(
  settings: Settings,
  surroundings: Surroundings,
): Promise<Latchkey> {
  const { log, loopbackIssuer, pollEvery, isForDevelopment = false } = surroundings
  const traces = new Traces(surroundings.openTelemetry ?? (await findOpenTelemetry()))
  const { tracing } = traces
  const eventLoop = new EventLoopDelay()
  const metrics = new Metrics(tracing, eventLoop)
  const { measures, hearing } = metrics
  const { store, clock, readTime } = await openStorage(settings, { ...surroundings, hearing })
  const shared = { store, clock, log, measures }
  const identity = new Identity(
    {
      issuer: settings.issuer,
      audience: settings.audience,
      subject: settings.subject,
      algorithm: settings.signingAlgorithm,
    },
    loopbackIssuer ?? `http://127.0.0.1:${settings.port}`,
  )
  const { pool, passwords, passwordPolicy } = openPasswords(settings, identity, {
    ...surroundings,
    tracing,
  })
  const wrap = keyWrap(settings)
  const deps = { ...shared, wrap, tokenLife: longestToken * 1000 }
  const { keys, keyRotation, refreshKeys } = openKeys(settings, deps)
  const throttling = openThrottling(settings, { ...shared, refreshKeys, passwords })
  const token = longestToken * 1000
  const longest = { place: blockLife, session: settings.sessionTtl * 1000, token }
  const statusLists = new StatusLists({ store, identity, longest })
  const statusPlaces = new StatusPlaces({ ...shared, shuffle })
  // Twice a token's life: a clock that jumps a day ahead, and back, must revive none (checklist M08).
  const memory = 2 * token
  const watched = { lists: statusLists, readTime, memory, pollEvery }
  const revocations = new Revocations({ ...shared, ...watched })
  const encryption = settings.tokenEncryption && new TokenEncryption(settings.tokenEncryption)
  const decryptionKey = settings.tokenEncryption?.jwk
  const own = { keys, identity, decryptionKey }
  const guard = createGuard({
    ...ownTokens(own),
    status: revocations.status,
    now: clock,
  })
  const lifetimes = {
    accessToken: settings.accessTokenTtl,
    refreshIdle: settings.refreshIdleTtl,
    session: settings.sessionTtl,
  }
  const { firstPartyClient: firstPartyIsOn } = settings
  const clients = new Clients({ ...throttling, store, firstPartyIsOn, lifetimes })
  const definedScopes = settings.scopes
  const signingIn = { ...shared, ...throttling, passwords, refreshKeys, definedScopes }
  const claims = new CustomClaims(surroundings.claims ?? settings.claims)
  // Of what is there already the secret is somewhere: a mail under another one would never be read.
  const isNew = settings.secretKey === undefined && (await store.keys.list()).length === 0
  const mailing = openMailing(settings, {
    ...shared,
    wrap: (mayMake) => wrap(mayMake && isNew),
    issuer: () => identity.issuer,
    isBusy: () => pool.waiting > 0,
    isForDevelopment,
  })
  const { outbox } = mailing
  const people = openPeople(settings, {
    ...throttling,
    store,
    clients,
    passwords,
    policy: passwordPolicy,
    identity,
    outbox,
    statusLists,
    revocations,
    clock,
    claims,
  })
  const accessTokens = new AccessTokens({ keys, identity, statusLists, encryption })
  const sessions = new Sessions({
    store,
    accessTokens,
    refreshKeys,
    revocations,
    statusPlaces,
    claims,
    clock,
    lifetimes,
  })
  const grace = settings.refreshGrace * 1000
  const refresh = new Refresh({
    store,
    clients,
    sessions,
    statusLists,
    statusPlaces,
    refreshKeys,
    grace,
  })
  const scopeChanges = new ScopeChanges({ store, log })
  const limits = cleanUpLimits(settings, memory)
  const cleanUp = new CleanUp({ ...shared, lists: statusLists, limits })
  const audit = openAudit({ ...shared, settings, wrap })
  const recorded = metrics.watch({
    ...shared,
    hashPool: pool,
    keys,
    statusLists,
    lifetimes: limits,
  })
  return {
    settings,
    store,
    clock,
    measures,
    metrics: metrics.ofAll(surroundings.primary),
    lateness: eventLoop.milliseconds,
    traces,
    identity,
    keys,
    keyRotation,
    encryption,
    passwords,
    passwordPolicy,
    hashPool: pool,
    clients,
    clientRegistry: new ClientRegistry({
      store,
      revocations,
      clock,
      definedScopes,
      accessTokenTtl: settings.accessTokenTtl,
    }),
    ...people,
    ...mailing,
    ...recorded,
    ...openAccounts(settings, {
      ...throttling,
      ...people,
      store,
      sessions,
      identity,
      outbox,
      clock,
    }),
    sessions,
    refresh,
    ...throttling,
    signIn: new SignIn({ ...signingIn, sessions }),
    clientSignIn: new ClientSignIn({ store, accessTokens, statusPlaces, claims, clock }),
    revocations,
    ...openPresented({
      ...shared,
      ...own,
      refreshKeys,
      sessions,
      clients,
      refresh,
      revocations,
      statusLists,
      guard,
    }),
    statusPublications: new StatusPublications({
      ...shared,
      lists: statusLists,
      keys,
      look: revocations.lookAnew,
      ttl: settings.statusTtl,
    }),
    scopeChanges,
    cleanUp,
    audit,
    health: new Health({ store, keys }),
    guard,
    checkMasterSecret: () => refreshKeys.load(),
    async start() {
      await keyRotation.start()
      await refreshKeys.load()
      await encryption?.load()
      await statusPlaces.start()
      await revocations.start()
      scopeChanges.start()
      await audit.start()
      cleanUp.start()
      mailing.postman.start()
      eventLoop.start()
      await metrics.start()
    },
    async close() {
      eventLoop.stop()
      await mailing.postman.close()
      await cleanUp.stop()
      await audit.stop()
      await scopeChanges.stop()
      await revocations.stop()
      await statusPlaces.stop()
      await keyRotation.stop()
      await passwordPolicy.close()
      await pool.close()
      await metrics.stop()
      await store.close()
    },
  }
}

/** Seconds: the longest that an access token can be set to live, and the guard's leeway. */
const longestToken = 24 * 60 * 60 + 30

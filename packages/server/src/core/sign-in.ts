import { Refusal } from '../errors.js'
import type { Login, UserWithHash } from '../store/logins.js'
import type { Store } from '../store/open.js'
import { auditEntry, type Origin } from './audit.js'
import type { Challenges, Solution } from './challenges.js'
import { type Client, scopesFor } from './clients.js'
import type { Clock } from './clock.js'
import type { KnownDevices } from './known-devices.js'
import type { Log } from './log.js'
import type { Measures, SignInFailure } from './measures/measures.js'
import { emailKey, usernameKey } from './names.js'
import type { CheckedPassword, PasswordCheck } from './password-check.js'
import { Decoys } from './passwords/decoys.js'
import { readHash } from './passwords/formats.js'
import type { Passwords, PasswordVerdict } from './passwords/passwords.js'
import { type Turn, turnOf } from './passwords/turn.js'
import type { RefreshKeys } from './refresh-keys.js'
import { builtInScopes, grantScopes, scopesBeyond, scopesOfUser } from './scopes.js'
import type { Sessions, TokenAnswer } from './sessions.js'
import type { Counted, Throttle } from './throttle.js'

interface Dependencies {
  store: Store
  passwords: Passwords
  passwordCheck: PasswordCheck
  throttle: Throttle
  /** Absent where nobody is asked any. */
  challenges: Challenges | undefined
  knownDevices: KnownDevices
  refreshKeys: RefreshKeys
  sessions: Sessions
  clock: Clock
  definedScopes: ReadonlyMap<string, string>
  log: Log
  measures: Pick<Measures, 'hashesReplaced' | 'signInsFailed'>
}

export interface SignInRequest {
  username: string
  password: string
  scope: string | undefined
  client: Client
  origin: Origin
  /** What the device has kept from an earlier sign-in. */
  device?: string | undefined
  /** Of a challenge that a refusal came with. */
  solution?: string | undefined
}

type Found = UserWithHash | undefined

/** Signing in with a password: find the user, check the password, open the session. */
export class SignIn {
  readonly #deps: Dependencies
  readonly #decoys: Decoys

  constructor(deps: Dependencies) {
    this.#deps = deps
    this.#decoys = new Decoys(deps.refreshKeys)
  }

  /**
   * @throws Refusal `wrong_credentials`, the same for an unknown user, a wrong password and a
   * disabled user, after the same work (checklist H07); `scope_not_allowed`;
   * `too_many_attempts`, `overloaded`
   */
  async withPassword(request: SignInRequest): Promise<TokenAnswer> {
    const { username: name, solution } = request
    const { challenges } = this.#deps
    const attempt = (right?: Solution) => this.#attempt(request, right)
    return challenges?.around({ name, solution }, attempt) ?? attempt()
  }

  #attempt(request: SignInRequest, solution: Solution | undefined): Promise<TokenAnswer> {
    const { username: name, password, origin, device } = request
    const { passwordCheck, knownDevices } = this.#deps
    return passwordCheck.run(
      { name, password, origin, solution },
      () => this.#find(name),
      (checked) => this.#answer(request, checked),
      device === undefined ? undefined : ({ user }) => knownDevices.recognise(device, user),
    )
  }

  async #answer(request: SignInRequest, checked: CheckedPassword<{ user: Found }>) {
    const { found, verdict, counted } = checked
    const { user } = found
    if (verdict.alarm !== undefined) this.#deps.log.warn({ event: verdict.alarm, userId: user?.id })
    const why = user === undefined ? 'unknown_user' : reasonAgainst(user, verdict)
    if (user === undefined || why !== undefined) return this.#refuse(request, counted, user, why)
    if (verdict.outdated) {
      await this.#upgrade(user, request.password, turnOf(request.origin, request.username))
    }
    const answer = await this.#openOrAgain(user, request, counted)
    return { ...answer, device: this.#deviceOf(user, request.device) }
  }

  #deviceOf(user: UserWithHash, presented: string | undefined): string {
    const { knownDevices } = this.#deps
    const known = presented === undefined ? undefined : knownDevices.recognise(presented, user)
    return knownDevices.issue(user, known)
  }

  async #find(username: string) {
    const login = loginOf(username)
    const place = this.#decoys.placeOf(login?.emailKey ?? login?.usernameKey ?? username)
    const found = await this.#deps.store.users.findForSignIn(login ?? nobody, place)
    return { ...found, hash: found.user?.hash }
  }

  /** The password was right: whatever else goes wrong is no failure to be counted. */
  async #openOrAgain(user: UserWithHash, request: SignInRequest, counted: Counted) {
    try {
      return (
        (await this.#open(user, request, counted)) ??
        (await this.#openAgain(user, request, counted))
      )
    } catch (error) {
      // Of a unit whose end nobody knows it may have been taken back: nothing is twice.
      if (!isUnknown(error)) await this.#deps.throttle.refund(counted)
      if (isOfScopes(error)) await this.#recordScopes(user, request)
      throw error
    }
  }

  async #recordScopes(user: UserWithHash, { client, scope, origin }: SignInRequest) {
    const { store, clock, definedScopes } = this.#deps
    const refused = scopesBeyond(scope, scopesFor(client, scopesOfUser(user)))
    const names = [...builtInScopes.keys(), ...definedScopes.keys(), ...scopesOfUser(user)]
    // A text that names no scope may be a password, in the wrong field (checklist K01).
    const known = refused.filter((name) => names.includes(name)).join(' ')
    const detail = { reason: 'scope_not_allowed', ...(known !== '' && { scope: known }) }
    const subject = { userId: user.id, clientId: client.id, detail }
    await store.audit.append(auditEntry('sign_in_failed', clock(), origin, subject))
  }

  /** The user's scopes may have been changed while the password was checked. */
  async #openAgain(user: UserWithHash, request: SignInRequest, counted: Counted) {
    const now = await this.#deps.store.users.findById(user.id)
    const answer = now && (await this.#open({ ...user, ...now }, request, counted))
    return answer ?? wrongCredentials()
  }

  async #open(user: UserWithHash, { client, scope, origin }: SignInRequest, takesBack: Counted) {
    const scopes = grantScopes(scope, scopesFor(client, scopesOfUser(user)))
    const opening = { user, client, scope, scopes, methods: ['pwd'], origin, takesBack }
    return this.#deps.sessions.open(opening)
  }

  async #refuse(
    request: SignInRequest,
    counted: Counted,
    user: Found,
    reason: SignInFailure = 'unknown_user',
  ): Promise<never> {
    const { store, throttle, clock, measures } = this.#deps
    const subject = { userId: user?.id, clientId: request.client.id, detail: { reason } }
    await store.audit.appendAll([
      auditEntry('sign_in_failed', clock(), request.origin, subject),
      ...throttle.filled(counted, request.origin, user?.id),
    ])
    measures.signInsFailed.add({ reason })
    return wrongCredentials()
  }

  /** Replaces a hash of an older kind. The sign-in has succeeded by then: it does not fail with this (checklist G08). */
  async #upgrade(user: UserWithHash, password: string, turn: Turn): Promise<void> {
    const { store, passwords, log, measures } = this.#deps
    const before = user.hash === null ? undefined : readHash(user.hash)
    if (before === undefined) return
    try {
      const hash = await passwords.hash(password, turn)
      const isReplaced = await store.users.upgradePassword(user.id, before.stored, hash)
      if (isReplaced) measures.hashesReplaced.add({ format: before.format.name })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      log.warn({ event: 'password_upgrade_put_off', userId: user.id, why: error.code })
    }
  }
}

/** No user has the empty name. */
const nobody: Login = { usernameKey: '' }

/** What a typed name is looked for by; undefined where no user can have it. */
function loginOf(typed: string): Login | undefined {
  const name = usernameKey(typed)
  const email = typed.includes('@') ? emailKey(typed) : undefined
  if (name === undefined && email === undefined) return undefined
  // An address may be longer than a name, or of two alphabets.
  return {
    usernameKey: name ?? nobody.usernameKey,
    ...(email !== undefined && { emailKey: email }),
  }
}

/** The database did not say whether it has written. */
function isUnknown(error: unknown): boolean {
  return error instanceof Refusal && error.code === 'storage_unavailable'
}

function isOfScopes(error: unknown): boolean {
  return error instanceof Refusal && error.code === 'scope_not_allowed'
}

function wrongCredentials(): never {
  throw new Refusal('wrong_credentials', { message: 'Incorrect username or password' })
}

function reasonAgainst(user: UserWithHash, verdict: PasswordVerdict): SignInFailure | undefined {
  if (user.hash === null) return 'no_password'
  if (!verdict.matches) return verdict.alarm ?? 'wrong_password'
  return user.disabled === 1 ? 'user_disabled' : undefined
}

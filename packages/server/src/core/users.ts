import type { Claims, Principal } from '@latchkey/guard'
import { Refusal } from '../errors.js'
import type { Caller } from '../store/callers.js'
import type { Soon } from '../store/database.js'
import type { Store } from '../store/open.js'
import type { LinkRow, SessionId, UserId, UserRow } from '../store/schema.js'
import type { WithNewUser } from '../store/users.js'
import { auditEntry, type Origin } from './audit.js'
import type { Clock } from './clock.js'
import type { Identity } from './identity.js'
import { metadataOf } from './metadata.js'
import { usernameKey } from './names.js'
import { namesOf } from './new-names.js'
import { deadLink, linkIsDead } from './one-time-links.js'
import type { Outbox } from './outbox.js'
import type { PasswordCheck } from './password-check.js'
import type { PasswordPolicy } from './passwords/password-policy.js'
import type { Passwords } from './passwords/passwords.js'
import { turnOf } from './passwords/turn.js'
import { randomHexId } from './random.js'
import type { Revocations } from './revocations.js'
import { checkGrantable, parseScope, scopesOfUser } from './scopes.js'
import { isOutdated, type StatusLists } from './status-lists.js'
import type { UserEdits } from './user-edits.js'
import { listUsers, listUsersFully, type UserPage } from './user-list.js'

interface Dependencies {
  store: Store
  passwords: Passwords
  passwordCheck: PasswordCheck
  policy: PasswordPolicy
  identity: Identity
  edits: UserEdits
  outbox: Outbox
  statusLists: StatusLists
  revocations: Revocations
  clock: Clock
  definedScopes: ReadonlyMap<string, string>
}

export interface NewUser {
  username: string
  /** Undefined for somebody who is yet to choose one. */
  password: string | undefined
  email?: string | undefined
  emailVerified?: boolean | undefined
  scopes?: readonly string[] | undefined
  /** The demo's user has a password that the policy refuses. */
  pastPolicy?: true
}

export interface UserDraft {
  row: UserRow
  hash: string | null
}

export interface PasswordChange {
  password: string
  keep?: SessionId | undefined
  link?: LinkRow | undefined
  /** Whether who has the link has shown that its address is theirs. */
  provesAddress?: boolean
}

/** Who holds a token, as the guard says it. */
export type TokenHolder = Pick<Principal, 'subject' | 'sessionId' | 'clientId' | 'claims'>

export class Users {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** @throws Refusal as `draft` and `create` do */
  async add(wanted: NewUser, origin: Origin): Promise<UserRow> {
    return this.create(await this.draft(wanted, origin), origin)
  }

  /**
   * What a new user is made from, judged and hashed; nothing is written.
   *
   * @throws Refusal `username_unusable`, `email_unusable`, `password_unusable`, `scope_not_allowed`, `overloaded`
   */
  async draft(wanted: NewUser, origin: Origin): Promise<UserDraft> {
    const { passwords, clock, definedScopes } = this.#deps
    const { password, scopes = [] } = wanted
    checkGrantable(scopes, definedScopes)
    const names = namesOf(wanted)
    if (password !== undefined && !wanted.pastPolicy) {
      await this.#deps.policy.check(password, wanted)
    }
    const hash =
      password === undefined
        ? null
        : await passwords.hash(password, turnOf(origin, wanted.username))
    const at = clock()
    const row: UserRow = {
      id: randomHexId() as UserId,
      ...names,
      email_verified: wanted.emailVerified ? 1 : 0,
      disabled: 0,
      scopes: parseScope(scopes.join(' ')).join(' '),
      metadata: null,
      admin_metadata: null,
      created_at: at,
      updated_at: at,
    }
    return { row, hash }
  }

  /**
   * Makes the user, and in the same unit what goes with them.
   *
   * @param by how they came here, for the audit log
   * @throws Refusal `username_taken`, `email_taken`, `link_dead`
   */
  async create(
    { row, hash }: UserDraft,
    origin: Origin,
    also: WithNewUser = {},
    by?: Readonly<Record<string, string>>,
  ): Promise<UserRow> {
    const subject = { userId: row.id, ...(by && { detail: by }) }
    const event = auditEntry('user_created', row.created_at, origin, subject)
    const outcome = await this.#deps.store.users.create(row, hash, event, also)
    if (outcome === 'created') return row
    throw new Refusal(outcome, { message: whyNot[outcome], fields: [faultyField[outcome]] })
  }

  /** Ends the user's sessions with it (checklist E13). @throws Refusal `user_unknown`, `password_unusable` */
  async setPassword(username: string, password: string, origin: Origin): Promise<void> {
    await this.changePassword(await this.get(username), { password }, origin)
  }

  /**
   * Ends all sessions of the user but the one where it was changed.
   *
   * @param link uses it up, and changes nothing where it is over
   * @throws Refusal `password_unusable`, `link_dead`, `user_unknown` where the user has gone meanwhile
   */
  async changePassword(
    user: UserRow,
    { password, keep, link, provesAddress }: PasswordChange,
    origin: Origin,
  ): Promise<void> {
    const { store, passwords, outbox, clock } = this.#deps
    await this.#deps.policy.check(password, user)
    const hash = await passwords.hash(password, turnOf(origin, user.username_key))
    const at = clock()
    const subject = { userId: user.id }
    const event = auditEntry('password_changed', at, origin, subject)
    const proof = provesAddress ? auditEntry('email_verified', at, origin, subject) : undefined
    const mails = outbox.notice('password_changed', user)
    const change = { userId: user.id, hash, at, event, proof, mails, link, endSessionsExcept: keep }
    const ended = await store.users.replacePassword(change)
    if (ended === undefined) throw link === undefined ? unknown(user.username) : linkIsDead()
    await this.#deps.revocations.allEnded(ended)
  }

  /** Disabling ends the user's sessions. @throws Refusal `user_unknown` */
  async setDisabled(username: string, disabled: boolean, origin: Origin): Promise<void> {
    await this.#deps.edits.edit((await this.get(username)).id, { disabled }, origin)
  }

  /** @throws Refusal `user_unknown`, `scope_not_allowed` */
  async setScopes(username: string, scopes: readonly string[], origin: Origin): Promise<void> {
    await this.#deps.edits.edit((await this.get(username)).id, { scopes }, origin)
  }

  /** @throws Refusal `user_unknown` */
  async get(username: string): Promise<UserRow> {
    const user = await this.find(username)
    if (user !== undefined) return user
    throw unknown(username)
  }

  async find(username: string): Promise<UserRow | undefined> {
    const key = usernameKey(username)
    return key === undefined ? undefined : this.#deps.store.users.findByUsername(key)
  }

  /** How a user's password is kept, and nothing of it (checklist I09); null where there is none. */
  async passwordRecord(id: UserId) {
    const { store, passwords } = this.#deps
    const kept = await store.users.passwordOf(id)
    if (kept === undefined) return null
    return { ...passwords.describe(kept.hash), set_at: new Date(kept.changed_at).toISOString() }
  }

  /** @throws Refusal `field_malformed` */
  list(page: UserPage) {
    return listUsers(this.#deps.store, page)
  }

  /** The same, as full as it can be, however many have to be looked at: for callers who keep nobody waiting. */
  listFull(page: UserPage) {
    return listUsersFully(this.#deps.store, page)
  }

  /**
   * The user who holds a verified token, and whose session still stands: one read for both. At once where
   * the database reads at once.
   *
   * @throws Refusal `no_user_behind_token`, `session_ended`, `claims_changed`
   */
  caller({ subject, sessionId, clientId, claims }: TokenHolder): Soon<UserRow> {
    const { store, identity } = this.#deps
    if (subject === clientId) {
      throw new Refusal('no_user_behind_token', {
        message: 'This token belongs to a client, not to a user',
      })
    }
    const found = store.users.findCaller(identity.userOf(subject), sessionId as SessionId)
    return found instanceof Promise
      ? found.then((caller) => this.#standing(caller, claims))
      : this.#standing(found, claims)
  }

  #standing(found: Caller | undefined, claims: Claims): UserRow {
    if (found === undefined || found.sessionEnded || found.user.disabled === 1) {
      throw new Refusal('session_ended', { message: 'The session has ended' })
    }
    if (isOutdated(found, this.#deps.statusLists.placeOf(claims))) {
      throw new Refusal('claims_changed', { message: 'claims changed' })
    }
    return found.user
  }

  /**
   * Whether this is the user's password; takes as long either way, and counts as a sign-in does.
   *
   * @throws Refusal `too_many_attempts`, `overloaded`
   */
  async hasPassword(user: UserRow, password: string, origin: Origin): Promise<boolean> {
    const { store, passwordCheck } = this.#deps
    const { id, username: name, username_key: usernameKey } = user
    return passwordCheck.isRight({ name, password, origin }, id, async () => {
      const found = await store.users.findByLogin({ usernameKey })
      return { hash: found?.hash }
    })
  }
}

/** What users are shown of themselves, member by member: nothing else can slip out (checklist I09). */
export function userRecord(row: UserRow) {
  return {
    id: row.id,
    username: row.username,
    email: row.email,
    email_verified: row.email_verified === 1,
    disabled: row.disabled === 1,
    scopes: scopesOfUser(row),
    metadata: metadataOf(row.metadata),
    created_at: new Date(row.created_at).toISOString(),
  }
}

/** What admins are shown. */
export function fullUserRecord(row: UserRow) {
  return { ...userRecord(row), admin_metadata: metadataOf(row.admin_metadata) }
}

function unknown(username: string): Refusal {
  return new Refusal('user_unknown', { message: `There is no user ${JSON.stringify(username)}` })
}

const whyNot = {
  username_taken: 'That username is taken',
  email_taken: 'That e-mail address belongs to another user',
  link_dead: deadLink,
} as const
const faultyField = {
  username_taken: 'username',
  email_taken: 'email',
  link_dead: 'token',
} as const

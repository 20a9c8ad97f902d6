import { Refusal } from '../errors.js'
import type { Store } from '../store/open.js'
import type { AuditRow, Instant, UserId, UserRow } from '../store/schema.js'
import type { ScopeEdit, SessionGroup } from '../store/user-edits.js'
import { auditEntry, type Origin } from './audit.js'
import type { Clients } from './clients.js'
import type { Clock } from './clock.js'
import type { CustomClaims } from './custom-claims.js'
import { metadataText } from './metadata.js'
import type { Outbox } from './outbox.js'
import type { Revocations } from './revocations.js'
import { changedScopes, checkGrantable, concerns, parseScope, scopesOfUser } from './scopes.js'

/** What is changed of a user, by an operator or by themselves: the first two by operators alone. */
export interface UserEdit {
  disabled?: boolean | undefined
  scopes?: readonly string[] | undefined
  /** What only admins may change; a JSON object, in place of the one there was. */
  adminMetadata?: unknown
  /** What users may change themselves; the same. */
  metadata?: unknown
}

interface Dependencies {
  store: Store
  clients: Clients
  revocations: Revocations
  claims: CustomClaims
  outbox: Outbox
  clock: Clock
  definedScopes: ReadonlyMap<string, string>
}

/** Changes of what a user may do, and of what is kept about them. */
export class UserEdits {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * Makes all changes together, or none. Disabling ends the user's sessions. Where the scopes or the claims change,
   * sessions whose tokens would be others are told at once, and go on: the next refresh of each brings
   * a token with what is so now.
   *
   * @param seen the `updated_at` of the user that the changes are meant for: one who has changed since is left alone
   * @throws Refusal `user_unknown`, `user_changed_since`, `scope_not_allowed`, `field_unusable`
   */
  async edit(id: UserId, edit: UserEdit, origin: Origin, seen?: Instant): Promise<UserRow> {
    if (edit.scopes !== undefined) checkGrantable(edit.scopes, this.#deps.definedScopes)
    // Whoever changes the user between the look and the attempt is looked at in the next.
    for (;;) {
      const user = await this.get(id)
      checkVersion(user, seen)
      if (await this.#try(user, edit, origin)) return this.get(id)
    }
  }

  /**
   * Ends the user's sessions, and forgets the user but for the name.
   *
   * @param seen the `updated_at` of the user that is meant: one who has changed since stays
   * @throws Refusal `user_unknown`, `user_changed_since`
   */
  async remove(userId: UserId, origin: Origin, seen?: Instant): Promise<void> {
    const { store, revocations, outbox, clock } = this.#deps
    // As with an edit: whoever has changed since is looked at once more.
    for (;;) {
      const user = await this.get(userId)
      checkVersion(user, seen)
      const event = auditEntry('user_deleted', clock(), origin, { userId })
      const mails = outbox.notice('account_deleted', user)
      const ended = await store.userEdits.remove({ user, event, mails })
      if (ended !== undefined) return revocations.allEnded(ended)
    }
  }

  /** Whether these changes of metadata could be made. @throws Refusal `field_unusable` */
  check(user: UserRow, edit: Pick<UserEdit, 'metadata'>): void {
    this.#deps.claims.checkMetadata({ ...user, ...metadataEdit(edit) })
  }

  /** @throws Refusal `user_unknown` */
  async get(id: UserId): Promise<UserRow> {
    const user = await this.#deps.store.users.findById(id)
    if (user !== undefined) return user
    throw unknown()
  }

  async #try(user: UserRow, edit: UserEdit, origin: Origin): Promise<boolean> {
    const { disabled, scopes } = edit
    const { store, revocations, claims, clock } = this.#deps
    const { id: userId, updated_at: seen } = user
    const at = clock()
    const change = scopes && (await this.#scopeEdit(user, scopes))
    const metadata = metadataEdit(edit)
    const after = { ...user, ...metadata }
    claims.checkMetadata(after)
    const events: AuditRow[] = []
    if (disabled !== undefined) {
      const event = disabled ? 'user_disabled' : 'user_enabled'
      events.push(auditEntry(event, at, origin, { userId }))
    }
    if (change !== undefined) {
      const subject = { userId, detail: { scopes: change.to } }
      events.push(auditEntry('user_scopes_changed', at, origin, subject))
    }
    const changed = metadataChanges(user, after)
    // That it changed, never to what: it may be personal, and the log outlives it.
    if (changed.length > 0) {
      const subject = { userId, detail: { changed: changed.join(' ') } }
      events.push(auditEntry('user_metadata_changed', at, origin, subject))
    }
    const edited = await store.userEdits.edit({
      userId,
      at,
      seen,
      disabled,
      scopes: change,
      metadata,
      changesClaims: claims.differ(user, after),
      events,
    })
    if (edited === undefined) return false
    revocations.claimsChanged(edited.marked)
    if (disabled) await revocations.allEnded(edited.ended)
    return true
  }

  async #scopeEdit(user: UserRow, wanted: readonly string[]): Promise<ScopeEdit> {
    const { store, clients } = this.#deps
    const to = parseScope(wanted.join(' ')).join(' ')
    const changed = changedScopes(scopesOfUser(user), scopesOfUser({ scopes: to }))
    // Of a user with more kinds of sessions than that, the rest refresh without need.
    const groups = (await store.userEdits.groupsOf(user.id)).slice(0, 100)
    const unconcerned: SessionGroup[] = []
    for (const group of groups) {
      const client = await clients.find(group.client_id)
      if (client && !concerns(changed, group.scope, client.scopes)) unconcerned.push(group)
    }
    return { to, unconcerned }
  }
}

/**
 * @param seen the `updated_at` of the user that a change is meant for; undefined for whatever there is
 * @throws Refusal `user_changed_since`
 */
export function checkVersion({ updated_at: at }: UserRow, seen: Instant | undefined): void {
  if (seen === undefined || at === seen) return
  throw new Refusal('user_changed_since', {
    message: 'Somebody else has changed this user since you looked; look again',
  })
}

/** In the columns' names. @throws Refusal `field_unusable` */
function metadataEdit({ metadata, adminMetadata }: UserEdit) {
  return {
    ...(metadata !== undefined && { metadata: metadataText('metadata', metadata) }),
    ...(adminMetadata !== undefined && {
      admin_metadata: metadataText('admin_metadata', adminMetadata),
    }),
  }
}

function metadataChanges(before: UserRow, after: UserRow): string[] {
  return (['metadata', 'admin_metadata'] as const).filter((name) => before[name] !== after[name])
}

function unknown(): Refusal {
  return new Refusal('user_unknown', { message: 'There is no such user' })
}

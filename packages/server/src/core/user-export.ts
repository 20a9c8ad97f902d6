import type { Store } from '../store/open.js'
import type { ExportedUser } from '../store/user-exports.js'
import { auditEntry, type Origin } from './audit.js'
import type { Clock } from './clock.js'
import { shareUpTo } from './id-share.js'
import { jsonLine } from './json-line.js'
import { metadataOf } from './metadata.js'
import { parseScope } from './scopes.js'

interface Dependencies {
  store: Store
  clock: Clock
}

/** Some users of an export. */
export interface ExportedUsers {
  /** Each as an object of JSON in one line. */
  lines: string[]
  /** About how many of all have come by now, from 0 to 1. */
  share: number
}

/** All users in the form in which an import takes them. */
export class UserExport {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** By their ids, some at a time. That somebody takes them all is written down first. */
  async *parts(options: { withHashes: boolean; origin: Origin }): AsyncGenerator<ExportedUsers> {
    const { store, clock } = this.#deps
    const { withHashes, origin } = options
    const detail = { password_hashes: withHashes }
    await store.audit.append(auditEntry('users_exported', clock(), origin, { detail }))
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page = { after, limit: atOnce }
      const users: ExportedUser[] = withHashes
        ? await store.userExports.usersWithHashes(page)
        : await store.userExports.users(page)
      const last = users.at(-1)
      if (last !== undefined) yield { lines: users.map(lineOf), share: shareUpTo(last.id) }
      after = users.length < atOnce ? undefined : last?.id
    }
  }
}

/** Users in memory at a time. */
const atOnce = 1_000

/** What an import reads (contract, section 8). */
function lineOf(user: ExportedUser): string {
  return jsonLine({
    id: user.id,
    username: user.username,
    email: user.email,
    email_verified: user.email_verified === 1,
    disabled: user.disabled === 1,
    scopes: parseScope(user.scopes),
    created_at: new Date(user.created_at).toISOString(),
    metadata: metadataOf(user.metadata),
    admin_metadata: metadataOf(user.admin_metadata),
    ...(user.hash !== undefined && { password_hash: user.hash }),
  })
}

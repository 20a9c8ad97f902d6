import { Refusal } from '../errors.js'
import type { Store } from '../store/open.js'
import { isPartCursor, type Page } from '../store/pages.js'
import type { UserRow } from '../store/schema.js'
import { firstPart } from '../store/user-parts.js'
import { cursorOf } from '../store/users.js'
import { fold } from './names.js'
import { nextTurn } from './next-turn.js'
import { scopesOfUser } from './scopes.js'

/** Which users are wanted; all of it together. */
export interface UserFilter {
  /** A part of the username or the address, as somebody types it. */
  search?: string | undefined
  disabled?: boolean | undefined
  emailVerified?: boolean | undefined
  /** One that the user has. */
  scope?: string | undefined
}

export interface UserPage extends UserFilter {
  limit: number
  /** The `next` of the page before. */
  after?: string | undefined
}

/** A user who was looked at, and where a page that goes on after them begins. */
interface Candidate {
  user: UserRow
  /** False where nothing finds them, or what has found them does so at another place, too. */
  counts: boolean
  cursor: string
}

type Source = (count: number, after: string | undefined) => Promise<Candidate[]>

/**
 * Users by age, or where a part of a name is searched for in the order of what follows it. A page may
 * hold fewer than there are, and even none, where only few of the many that were looked at fit: then
 * its `next` goes on from there.
 *
 * @throws Refusal `field_malformed` for a text to search for that is too short or no text
 */
export async function listUsers(store: Store, page: UserPage): Promise<Page<UserRow>> {
  const text = page.search === undefined ? undefined : searchText(page.search)
  const source = await sourceOf(store, page, text)
  const rows: UserRow[] = []
  let next = page.after
  let looked = 0
  for (let count = page.limit + 1; ; count = Math.min(4 * count, mostAtOnce)) {
    const candidates = await source(count, next)
    for (const { user, counts, cursor } of candidates) {
      if (counts && fits(user, page, text)) {
        if (rows.length === page.limit) return { rows, next: next ?? null }
        rows.push(user)
      }
      next = cursor
    }
    looked += candidates.length
    if (candidates.length < count) return { rows, next: null }
    if (looked >= mostInAll) return { rows, next: next ?? null }
    await nextTurn()
  }
}

/** Page after page until one is full. @throws Refusal `field_malformed` */
export async function listUsersFully(store: Store, page: UserPage): Promise<Page<UserRow>> {
  const rows: UserRow[] = []
  let next = page.after ?? null
  do {
    const rest = { ...page, limit: page.limit - rows.length, after: next ?? undefined }
    const some = await listUsers(store, rest)
    rows.push(...some.rows)
    next = some.next
  } while (next !== null && rows.length < page.limit)
  return { rows, next }
}

/** Whether a user is among those that are wanted. @throws Refusal `field_malformed` */
export function isWanted(user: UserRow, filter: UserFilter): boolean {
  const text = filter.search === undefined ? undefined : searchText(filter.search)
  return isFoundBy(user, text) && fits(user, filter, text)
}

/** A cursor goes on in the order that it comes from. */
async function sourceOf(
  store: Store,
  { after, disabled = false }: UserPage,
  text: string | undefined,
): Promise<Source> {
  const byPart =
    text !== undefined &&
    (after === undefined ? await store.userSearch.isComplete() : isPartCursor(after))
  if (byPart) return (count, position) => store.userSearch.find(text, count, position)
  return async (limit, position) => {
    const { rows } = await store.users.list({ limit, after: position, disabled })
    return rows.map((user) => ({ user, counts: isFoundBy(user, text), cursor: cursorOf(user) }))
  }
}

function fits(user: UserRow, filter: UserFilter, text: string | undefined): boolean {
  const { disabled, emailVerified, scope } = filter
  if (disabled !== undefined && (user.disabled === 1) !== disabled) return false
  if (emailVerified !== undefined && (user.email_verified === 1) !== emailVerified) return false
  if (scope !== undefined && !scopesOfUser(user).includes(scope)) return false
  return text === undefined || holds(user, text)
}

/** The index knows the beginning of a text only. */
function holds({ username_key: username, email_key: address }: UserRow, text: string): boolean {
  return username.includes(text) || (address?.includes(text) ?? false)
}

/** As the index would have it. */
function isFoundBy(user: UserRow, text: string | undefined): boolean {
  return text === undefined || firstPart(user, text) !== undefined
}

/** PostgreSQL fails at a NUL, and half of a character can't be put into bytes; no name holds either. */
function searchText(typed: string): string {
  const text = fold(typed)
  if (/^[^\p{Cc}\p{Cs}]{2,}$/u.test(text)) return text
  throw new Refusal('field_malformed', {
    message: 'search must have two characters or more, and no control characters',
    fields: ['search'],
  })
}

/** Rows of one query, and of all for one page. */
const mostAtOnce = 500
const mostInAll = 5_000

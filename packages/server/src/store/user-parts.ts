/**
 * What a user is found by: the ends of the username and of the address, each by its first characters.
 * What begins with a text lies side by side in an index, so a text within a name is one range of it.
 */

import type { Kysely } from 'kysely'
import type { Statement } from './database.js'
import type { Schema, UserPartRow, UserRow } from './schema.js'

/** Canonical forms. */
export type SearchedNames = Pick<UserRow, 'username_key' | 'email_key'>

/** Texts are looked for by as many characters; by more of them in what that finds. */
export const partLength = 24

/** The statement that lets a new user be found, for the units that make one. */
export function addParts(
  build: Kysely<Schema>,
  user: SearchedNames & Pick<UserRow, 'id'>,
): Statement[] {
  const rows = partRows(user)
  if (rows.length === 0) return []
  const insert = build
    .insertInto('user_parts')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
  return [{ query: insert.compile() }]
}

/**
 * The statements that let a user be found by other names than before, for the units that change a
 * username or an address: after the change itself, which holds the user and requires the names of before.
 */
export function replaceParts(
  build: Kysely<Schema>,
  before: SearchedNames & Pick<UserRow, 'id'>,
  after: SearchedNames,
): Statement[] {
  return [...dropParts(build, before), ...addParts(build, { ...after, id: before.id })]
}

/**
 * The statements that let a user be found no more. Rows are found by the names that they were made of, so
 * the unit requires that those are still the user's. The count comes first: who adds many users' rows holds it
 * (see `part-supply.ts`), and what they have added before is then seen here.
 */
export function dropParts(
  build: Kysely<Schema>,
  user: SearchedNames & Pick<UserRow, 'id'>,
): Statement[] {
  const parts = partRows(user).map(({ part }) => part)
  if (parts.length === 0) return []
  const drop = build
    .deleteFrom('user_parts')
    .where('part', 'in', parts)
    .where('user_id', '=', user.id)
  const count = build
    .updateTable('backfills')
    .set(({ eb }) => ({ removals: eb('removals', '+', 1) }))
    .where('name', '=', 'user_parts')
  return [{ query: count.compile() }, { query: drop.compile() }]
}

/** The rows that let a user be found. */
export function partRows(user: SearchedNames & Pick<UserRow, 'id'>): UserPartRow[] {
  return partsOf(user).map((part) => ({ part: bytesOf(part), user_id: user.id }))
}

/** What a user has in the index. */
export function partsOf(user: SearchedNames): string[] {
  const names = namesOf(user)
  const parts = names.flatMap(endsOf)
  const text = names.join('\n')
  // Where each stands once, none begins another: nearly always, and told much sooner than by comparing them all.
  return parts.every((part) => text.indexOf(part) === text.lastIndexOf(part))
    ? parts
    : longest(parts)
}

/** Of a user's parts, the first in the order of the index that begins with a text. */
export function firstPart(user: SearchedNames, text: string): string | undefined {
  const start = beginningOf(text)
  const parts = namesOf(user).flatMap((name) =>
    occurrences(name, start).flatMap((at) => partAt(name, at) ?? []),
  )
  // What begins with one of them begins with the text: no other part could push one out.
  const [first] = longest(parts).sort(byBytes)
  return first
}

/** What of a text the index knows. */
export function beginningOf(text: string): string {
  return text.slice(0, endOf(text, 0, partLength))
}

/** In memory of its own: a buffer of the shared pool would be copied with all of that to the writer's thread. */
export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text)
}

/** The least that is greater than all that begin so: no byte of UTF-8 is the greatest. */
export function beyondAll(beginning: Uint8Array): Uint8Array {
  const last = beginning.length - 1
  return beginning.map((byte, at) => (at === last ? byte + 1 : byte))
}

const encoder = new TextEncoder()

/** The order of the index. Texts themselves compare otherwise beyond U+D7FF. */
export function byBytes(one: string, other: string): number {
  if (beyond.test(one) || beyond.test(other))
    return Buffer.compare(Buffer.from(one), Buffer.from(other))
  return one === other ? 0 : one < other ? -1 : 1
}

const beyond = /[\ud800-\uffff]/

/** Without a username that its address begins with: what finds the one finds the other. */
function namesOf({ username_key: username, email_key: address }: SearchedNames): string[] {
  if (address === null) return [username]
  const isWithin = address === username || address.startsWith(`${username}@`)
  return isWithin ? [address] : [username, address]
}

/** Without those that another begins with: what finds the one finds the other. */
function longest(parts: readonly string[]): string[] {
  if (parts.length < 2) return [...parts]
  const sorted = [...new Set(parts)].sort()
  return sorted.filter((part, at) => !sorted[at + 1]?.startsWith(part))
}

function endsOf(name: string): string[] {
  const ends: string[] = []
  for (let at = 0; at < name.length; at = endOf(name, at, 1)) {
    const part = partAt(name, at)
    if (part !== undefined) ends.push(part)
  }
  return ends
}

function occurrences(name: string, text: string): number[] {
  const found: number[] = []
  for (let at = name.indexOf(text); at >= 0; at = name.indexOf(text, at + 1)) found.push(at)
  return found
}

/** None of one character; in the domain of an address only where a label begins, because thousands share it. */
function partAt(name: string, at: number): string | undefined {
  const domain = name.lastIndexOf('@') + 1
  const isLabel = name[at - 1] === '.' && name.includes('.', at)
  if (domain > 0 && at > domain && !isLabel) return undefined
  const end = endOf(name, at, partLength)
  return end > endOf(name, at, 1) ? name.slice(at, end) : undefined
}

/** Where so many characters are over: some take two places. */
function endOf(text: string, at: number, characters: number): number {
  let end = at
  for (let count = 0; count < characters && end < text.length; count++) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1
  }
  return end
}

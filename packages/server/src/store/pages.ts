/** Lists are read page by page; a cursor is the sort key of the page's last row, in a form that callers hand back unread. */

import { type RawBuilder, sql } from 'kysely'
import { Refusal } from '../errors.js'

export interface Page<Row> {
  rows: Row[]
  /** The cursor of the next page; null on the last. */
  next: string | null
}

export interface Position {
  at: number
  id: string
}

/** From up to `limit + 1` rows, the page of `limit`. */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  position: (row: Row) => Position,
): Page<Row> {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const hasMore = rows.length > limit && last !== undefined
  return { rows: page, next: hasMore ? encodeCursor(position(last)) : null }
}

/**
 * What lies beyond a cursor, for a list sorted by these two columns.
 * @throws Refusal `field_malformed` for a cursor that no list has handed out.
 */
export function beyond(
  cursor: string,
  [at, id]: readonly [at: string, id: string],
  direction: 'ascending' | 'descending',
): RawBuilder<boolean> {
  const position = decodeCursor(cursor)
  const operator = sql.raw(direction === 'ascending' ? '>' : '<')
  return sql`(${sql.ref(at)}, ${sql.ref(id)}) ${operator} (${position.at}, ${position.id})`
}

/** A place in the index of what users are found by. */
export interface PartPosition {
  part: string
  id: string
}

export function encodePartCursor({ part, id }: PartPosition): string {
  return Buffer.from(`p:${id}:${part}`).toString('base64url')
}

/** Whether it is a search's, and not a list's by age. */
export function isPartCursor(cursor: string): boolean {
  return Buffer.from(cursor, 'base64url').toString().startsWith('p:')
}

/** @throws Refusal `field_malformed` for a cursor that no search for what begins so has handed out */
export function decodePartCursor(cursor: string, beginning: string): PartPosition {
  const text = Buffer.from(cursor, 'base64url').toString()
  const [, id = '', part = ''] = /^p:([\w-]{1,64}):([^\0]{2,})$/su.exec(text) ?? []
  if (part.startsWith(beginning) && encodePartCursor({ part, id }) === cursor) return { part, id }
  throw malformed()
}

export function encodeCursor({ at, id }: Position): string {
  return Buffer.from(`${at}:${id}`).toString('base64url')
}

function decodeCursor(cursor: string): Position {
  const match = /^(\d{1,15}):([\w-]+)$/.exec(Buffer.from(cursor, 'base64url').toString())
  const position = { at: Number(match?.[1]), id: match?.[2] ?? '' }
  // Buffer passes over what is not base64url: only the spelling that a list answered will do.
  if (match && encodeCursor(position) === cursor) return position
  throw malformed()
}

function malformed(): Refusal {
  return new Refusal('field_malformed', {
    message: 'cursor is not one that a list has answered',
    fields: ['cursor'],
  })
}

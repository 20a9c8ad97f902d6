/** What stands in the status lists beside 0, written in the unit of what made it so. */

import { type RawBuilder, sql } from 'kysely'
import type { Database, Statement } from './database.js'
import type { Instant, StatusPlace } from './schema.js'

export const REVOKED = 1
export const CLAIMS_CHANGED = 3

/**
 * Revokes the places of sessions that the same unit has ended. It comes after the ending, which
 * holds their rows: a place that a refresh has given a moment before is the one that is revoked.
 */
export function revokePlaces(database: Database, which: RawBuilder<boolean>): Statement {
  const query = insertStatuses(database, which, REVOKED).onConflict((conflict) =>
    conflict.columns(['list', 'idx']).doUpdateSet({ value: REVOKED }),
  )
  return { query: query.compile() }
}

/** Revokes the place of a token that has no session; nothing where its list is gone, and it with it. */
export function revokePlace({ build }: Database, { list, index }: StatusPlace): Statement {
  const statuses = build
    .selectFrom('status_lists')
    .select([
      'number as list',
      sql<number>`cast(${index} as integer)`.as('idx'),
      sql.lit(REVOKED).as('value'),
    ])
    .where('number', '=', list)
  const query = build
    .insertInto('statuses')
    .columns(['list', 'idx', 'value'])
    .expression(statuses)
    .onConflict((conflict) => conflict.columns(['list', 'idx']).doUpdateSet({ value: REVOKED }))
  return { query: query.compile() }
}

/**
 * Marks live sessions whose tokens would be others now, and tells of it. The last statement answers
 * the places. What is revoked stays revoked.
 */
export function markSessions(database: Database, which: RawBuilder<boolean>): Statement[] {
  const { build } = database
  const live = sql<boolean>`(${which}) and ended_at is null`
  const mark = build
    .updateTable('sessions')
    .set({ claims_changed: sql<number>`claims_changed + 1` })
    .where(live)
  // The update holds the rows: what they say from here on is what it left there.
  const marked = sql<boolean>`${live} and claims_changed > 0`
  const statuses = insertStatuses(database, marked, CLAIMS_CHANGED).onConflict((conflict) =>
    conflict.doNothing(),
  )
  return [
    { query: mark.compile() },
    { query: statuses.compile() },
    { query: tellOfMarks(database, marked), tells: true },
  ]
}

interface MarkedPlace {
  status_list: number
  status_index: number
}

/** Of a unit's rows, the places that it has marked. */
export function isMarked(row: unknown): row is MarkedPlace {
  return typeof row === 'object' && row !== null && 'status_list' in row && 'status_index' in row
}

export function placeOf({ status_list: list, status_index: index }: MarkedPlace): StatusPlace {
  return { list, index }
}

function insertStatuses({ build }: Database, which: RawBuilder<boolean>, value: 1 | 3) {
  const places = build
    .selectFrom('sessions')
    .select(['status_list as list', 'status_index as idx', sql.lit(value).as('value')])
    .where(which)
    .where('status_list', 'is not', null)
    .orderBy('status_list')
    .orderBy('status_index')
  return build.insertInto('statuses').columns(['list', 'idx', 'value']).expression(places)
}

/** A session can be marked again and again, but each of its places once. */
function tellOfMarks(database: Database, marked: RawBuilder<boolean>) {
  const changes = database.build
    .selectFrom('sessions')
    .select([
      sql<string>`'claims_changed:' || status_list || ':' || status_index`.as('id'),
      sql<Instant>`${database.now()}`.as('at'),
      sql.lit<'claims_changed'>('claims_changed').as('kind'),
      'id as subject',
      'status_list',
      'status_index',
    ])
    .where(marked)
    .where('status_list', 'is not', null)
    .orderBy('sessions.id')
  return database.build
    .insertInto('changes')
    .columns(['id', 'at', 'kind', 'subject', 'status_list', 'status_index'])
    .expression(changes)
    .onConflict((conflict) => conflict.doNothing())
    .returning(['status_list', 'status_index'])
    .compile()
}

/** What PostgreSQL's refusals mean for us, by their SQLSTATE (PostgreSQL documentation, appendix A). */

import pg from 'pg'
import { Refusal } from '../../errors.js'

/** serialization_failure and deadlock_detected: what was tried has left nothing behind, and may be tried again. */
export function isSerializationFailure(error: unknown): boolean {
  const code = codeOf(error)
  return code === '40001' || code === '40P01'
}

/**
 * unique_violation: a unit that looked first, and refuses what is taken, finds it taken at the next
 * attempt (PostgreSQL documentation, section 13.5).
 */
export function isTakenMeanwhile(error: unknown): boolean {
  return codeOf(error) === '23505'
}

/**
 * A connection that is worth nothing any more: it broke, or leads to a server that stops, or to one
 * that only reads, as a primary does that has been replaced.
 */
export function spoilsConnection(error: unknown): boolean {
  const code = codeOf(error)
  // Of class 57 only its P-part: a statement that was cancelled says nothing about its connection.
  return code === undefined || code === '25006' || /^(08|57P)/.test(code)
}

/**
 * As a Refusal, all that is no complaint about a statement: no connection, one that broke (then
 * nobody knows whether a unit was committed, and nobody is told that it was, M04), a server that is
 * full, stops, only reads or does not let us in, or units that met too often.
 *
 * @param setting where the database's URL comes from
 */
export function storageFault(error: unknown, setting = 'LATCHKEY_DATABASE_URL'): unknown {
  if (error instanceof Refusal) return error
  if (!(error instanceof pg.DatabaseError)) {
    return new Refusal('storage_unavailable', { cause: error })
  }
  const code = error.code ?? ''
  const advice = (sentences[code] ?? sentences[classOf(code)])?.replace('SETTING', setting)
  if (advice === undefined) return withoutRows(error)
  const message = advice === '' ? undefined : `${advice} (PostgreSQL says: ${error.message}).`
  return new Refusal('storage_unavailable', { ...(message && { message }), cause: error })
}

/** PostgreSQL shows rows and parameters there, with names, addresses and hashes: none of a log's business (checklist K01). */
function withoutRows(error: pg.DatabaseError): pg.DatabaseError {
  error.detail = undefined
  error.where = undefined
  return error
}

/** A prepared statement is not there, or is already: what prepared it was another server process. */
const POOLED =
  'A pooler gives our statements to other connections than those that prepared them: docs/postgres.md says what PgBouncer has to be told'

/** By SQLSTATE or its class: what the operator should know. Empty where the server's own words say all; SETTING is where the URL comes from. */
const sentences: Readonly<Record<string, string>> = {
  '08': '',
  '08P01':
    'The server, or a pooler before it, does not take what we ask of a connection: docs/postgres.md says what PgBouncer has to be told',
  '25006': 'The database only reads: SETTING has to lead to the primary, which takes writes',
  '26000': POOLED,
  '28': 'The database does not let us in: name, password or way of connecting in SETTING are not what it expects',
  '3D000': 'The database is not there: make it, or correct its name at the end of SETTING',
  '3F000': 'The schema is not there: make it, or correct `search_path` for the role in SETTING',
  '40': 'The database gave others precedence each time',
  '42501': 'The role in SETTING lacks a right: docs/postgres.md lists those that it needs',
  '42P05': POOLED,
  '42P01':
    'A table of Latchkey is not there: run `latchkey migrate`, or correct `search_path` for the role in SETTING',
  '53': 'The database has no room left for us',
  '55P03': 'Others held the same rows for too long',
  '57014': 'The database took too long',
  '57': '',
  '58': '',
  XX: '',
}

function codeOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined
}

function classOf(code: string): string {
  return code.slice(0, 2)
}

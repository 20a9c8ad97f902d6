/** What is wrong with a plan: what it reads grows with a table, and not with the answer. */

import type { Schema } from '../../src/store/schema.js'

/**
 * The tables that grow with users and what they do, and the columns that leave a few rows where they
 * are given: a key, or whose row it is.
 */
const growing: Readonly<Record<string, readonly string[]>> = {
  users: ['id', 'username_key', 'email_key'],
  // With the user's id, which tells apart the many whose names end alike.
  user_parts: ['part'],
  passwords: ['user_id'],
  names: ['name'],
  sessions: ['id', 'user_id'],
  changes: ['id'],
  audit: ['id', 'user_id'],
  audit_seals: ['number'],
  links: ['digest', 'id', 'user_id', 'email_key'],
  mails: ['id', 'user_id'],
  statuses: ['idx'],
  attempts: ['key'],
} satisfies Partial<Record<keyof Schema, string[]>>

/** The others may be read whole. Why they stay small: */
const small = {
  migrations: 'one row each',
  migration_lock: 'one row',
  signing_keys: 'those in use',
  refresh_keys: 'one for each master secret',
  audit_keys: 'one',
  clients: 'registered by hand',
  client_secrets: 'a few for each client, until they expire',
  status_lists: 'one for a million sessions',
  scope_changes: 'those that are under way',
  sweeps: 'one for each kind',
  backfills: 'one for each kind',
  user_imports: 'made by hand',
  statistics: 'each figure has as many steps as its spans',
  statistics_writers: 'the processes of the last day',
} satisfies Partial<Record<keyof Schema, string>>

export const tablesThatGrow: readonly string[] = Object.keys(growing)
export const tablesThatStaySmall: readonly string[] = Object.keys(small)

/** A node of PostgreSQL's `explain (format json)`. */
export interface PostgresPlan {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Index Cond'?: string
  Filter?: string
  'Parent Relationship'?: string
  Plans?: PostgresPlan[]
}

/** @param stopsEarly whether what is above takes only as many rows as it was told to */
export function postgresFaults(
  plan: PostgresPlan,
  stopsEarly = false,
  relation = plan['Relation Name'],
): string[] {
  const own = relation === undefined ? [] : scanFaults(plan, relation, stopsEarly)
  const below = (plan.Plans ?? []).flatMap((child) =>
    postgresFaults(
      child,
      reachesDown(plan, child, stopsEarly),
      // What is read by a bitmap is named above it.
      child['Relation Name'] ?? (child['Node Type'].startsWith('Bitmap') ? relation : undefined),
    ),
  )
  return [...own, ...below]
}

function scanFaults(plan: PostgresPlan, relation: string, stopsEarly: boolean): string[] {
  const few = growing[relation]
  const { 'Node Type': type, 'Index Name': index, 'Index Cond': condition = '', Filter } = plan
  if (few === undefined) return []
  if (type === 'Seq Scan') return [`reads all of ${relation}`]
  if (index === undefined) return []
  const isByFew = few.some((column) => condition.includes(`(${column} = `))
  if (isByFew) return []
  // It stops when it has enough of those, which may be at the table's end.
  if (few.some((column) => Filter?.includes(`(${column} = `))) {
    return [`reads ${relation} by ${index} until it finds what is ${Filter}`]
  }
  const looksFor = stopsEarly && /\((event|disabled) = /.exec(Filter ?? '')
  if (looksFor) return [`looks for ${looksFor[1]} in ${relation} by ${index}`]
  if (stopsEarly) return []
  return [`reads ${condition === '' ? 'all' : `what is ${condition}`} of ${relation} by ${index}`]
}

/** Whether a child is asked for no more rows than are taken from its parent. */
function reachesDown(
  { 'Node Type': type }: PostgresPlan,
  { 'Parent Relationship': role }: PostgresPlan,
  stopsEarly: boolean,
): boolean {
  if (type === 'Limit') return true
  if (role !== 'Outer' && role !== 'Subquery') return false
  return stopsEarly && !READ_ALL.has(type)
}

/** These begin to answer when they have read all. */
const READ_ALL = new Set(['Sort', 'Aggregate', 'Hash', 'SetOp', 'Materialize', 'Memoize'])

/** A row of SQLite's `explain query plan`. */
export interface SqliteStep {
  detail: string
}

export function sqliteFaults(statement: string, steps: readonly SqliteStep[]): string[] {
  const sorts = steps.some(({ detail }) => /^USE TEMP B-TREE FOR (?!LAST)/.test(detail))
  const stopsEarly = / limit (\?|1$)/.test(statement) && !sorts
  return steps.flatMap(({ detail }) => stepFaults(detail, stopsEarly))
}

function stepFaults(detail: string, stopsEarly: boolean): string[] {
  const [, how, table = '', by = ''] = /^(SCAN|SEARCH) (\w+)(.*)$/.exec(detail) ?? []
  const few = growing[table]
  if (how === undefined || few === undefined) return []
  const isByFew = few.some((column) => new RegExp(`\\b${column}=\\?`).test(by))
  return isByFew || (stopsEarly && / USING /.test(by)) ? [] : [detail]
}

/** No statement reads more than its answer needs, however many rows there are. */

import { CompiledQuery } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/store/database.js'
import { openStore } from '../../src/store/open.js'
import { tables } from '../../src/store/schema.js'
import { newUrl, onDatabase } from '../databases.js'
import { soak } from '../soak.js'
import { makeKnown } from './known.js'
import { fill } from './million-rows.js'
import {
  type PostgresPlan,
  postgresFaults,
  type SqliteStep,
  sqliteFaults,
  tablesThatGrow,
  tablesThatStaySmall,
} from './plans.js'
import { type RecordedStatement, recordStatements } from './statements.js'

/** A million in a soak; otherwise the planner is made to think so. */
const MILLION = 1_000_000
const sessions = soak > 0 ? MILLION : MILLION / 20

/** What may read more, and why. */
const excused: readonly { by: string; sql?: RegExp; fault: RegExp; because: string }[] = [
  {
    by: 'changes.since',
    fault:
      /^reads what is \(at >= \S+\) of changes|^SEARCH changes USING INDEX changes_at \(at>\?\)$/,
    because: 'all that has changed since then is wanted',
  },
  {
    by: 'users.findForSignIn',
    fault: /^SEARCH passwords USING PRIMARY KEY \(user_id>\?\)$/,
    because: 'of those from a place on the first is wanted, which a subquery ends with',
  },
  {
    by: 'scopeChanges.sessions',
    fault: /^reads what is .* of (sessions by sessions_user_id|users by users_(pkey|created_at))$/,
    because: 'the slice of the users is chosen so that it is not too many',
  },
  {
    by: 'audit.list',
    fault: /^reads audit by audit_event until it finds what is \(\(user_id = /,
    because: 'of an event that there is hardly any of it is less than of a user',
  },
  {
    by: 'auditSeals.forget',
    fault:
      /^reads what is .* of (audit by audit_seal|audit_seals by audit_seals_pkey)$|^SEARCH (audit USING INDEX audit_seal \(seal|audit_seals USING PRIMARY KEY \(number)>\? AND/,
    because: 'all of these seals go, and who asks chooses them so that they are not too many',
  },
]

it('every table is one that grows or one that stays small', () => {
  expect([...tablesThatGrow, ...tablesThatStaySmall].toSorted()).toEqual(tables.toSorted())
})

describe(`on PostgreSQL with ${sessions} sessions`, () => {
  let client: pg.Client
  let statements: RecordedStatement[]

  beforeAll(async () => {
    const url = await newUrl('PostgreSQL')
    await (await openStore(url)).close()
    const known = await fill(url, sessions)
    statements = await onDatabase(url, (database) => recordStatements(database, known))
    client = new pg.Client(url)
    await client.connect()
    // To read a whole table costs what it would with a million.
    await client.query(`set seq_page_cost = ${MILLION / sessions}`)
  }, 300_000)

  afterAll(() => client.end())

  it('every statement finds its rows by an index', async () => {
    expect(await faultsOf(statements, (each) => postgresFaultsOf(client, each))).toEqual([])
  }, 60_000)

  it('what a rotation writes is in no index, so that it touches none', async () => {
    const { rows } = await client.query<{ definition: string }>(
      `select pg_get_indexdef(indexrelid) as definition from pg_index
       where indrelid = 'sessions'::regclass`,
    )
    expect(indexed(writtenByRotation(statements), rows)).toEqual([])
  })

  it('and would not without any one of the indexes', async () => {
    const indexes = await indexesOf(client)
    expect(indexes).toContainEqual({ table: 'sessions', index: 'sessions_created_at' })
    for (const { table, index } of indexes) {
      await client.query('begin')
      await client.query(`drop index ${index}`)
      const concerned = statements.filter(({ sql }) => sql.includes(`"${table}"`))
      const faults = await faultsOf(concerned, (each) => postgresFaultsOf(client, each))
      await client.query('rollback')
      expect(faults.length, `faults without ${index}`).toBeGreaterThan(0)
    }
  }, 120_000)
})

/** It keeps no statistics, so plans are the same however many rows there are. */
describe('on SQLite', () => {
  let url: string
  let statements: RecordedStatement[]

  beforeAll(async () => {
    url = await newUrl('SQLite')
    const known = await makeKnown(url)
    statements = await onDatabase(url, (database) => recordStatements(database, known))
  })

  /** Each time on new connections: SQLite explains by the tables that a connection knows of. */
  function faults(): Promise<string[]> {
    return onDatabase(url, (database) =>
      faultsOf(statements, (each) => sqliteFaultsOf(database, each)),
    )
  }

  it('every statement finds its rows by an index', async () => {
    expect(await faults()).toEqual([])
  })

  it('what a rotation writes is in no index, so that it touches none', async () => {
    const query = CompiledQuery.raw(
      "select sql as definition from sqlite_schema where type = 'index' and tbl_name = 'sessions'",
    )
    const rows = await onDatabase(url, (database) => database.read<{ definition: string }>(query))
    expect(indexed(writtenByRotation(statements), rows)).toEqual([])
  })

  it('and would not without the one for a list of all sessions', async () => {
    const query = CompiledQuery.raw('drop index sessions_created_at')
    await onDatabase(url, (database) => database.alter([{ query }]))
    expect(await faults()).toContainEqual(expect.stringMatching(/^sessions\.list SCAN sessions:/))
  })
})

/** Those that are not excused, with who made the statement. */
async function faultsOf(
  statements: readonly RecordedStatement[],
  judge: (statement: RecordedStatement) => Promise<string[]>,
): Promise<string[]> {
  const left: string[] = []
  for (const statement of statements) {
    const { by, sql } = statement
    const excuses = excused.filter((each) => each.by === by && (each.sql?.test(sql) ?? true))
    for (const fault of await judge(statement)) {
      if (!excuses.some((each) => each.fault.test(fault))) left.push(`${by} ${fault}: ${sql}`)
    }
  }
  return left
}

/** Of the plan for these values; and of that for any, where the statement is kept and may come to it. */
async function postgresFaultsOf(
  client: pg.Client,
  { sql, parameters, name }: RecordedStatement,
): Promise<string[]> {
  const faults = postgresFaults(await explain(client, sql, parameters))
  if (name === undefined) return faults
  await client.query('set plan_cache_mode = force_generic_plan')
  await client.query(`prepare "${name}" as ${sql}`)
  const any = parameters.map(() => 'null').join(', ')
  const generic = await explain(client, `execute "${name}"${any === '' ? '' : `(${any})`}`)
  await client.query(`deallocate "${name}"`)
  return [...faults, ...postgresFaults(generic)]
}

async function explain(
  client: pg.Client,
  statement: string,
  parameters: readonly unknown[] = [],
): Promise<PostgresPlan> {
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PostgresPlan }] }>(
    `explain (format json) ${statement}`,
    [...parameters],
  )
  const [row] = rows
  if (row === undefined) throw new Error(`No plan for ${statement}`)
  return row['QUERY PLAN'][0].Plan
}

/** But for those that stand behind a key. */
async function indexesOf(client: pg.Client): Promise<{ table: string; index: string }[]> {
  const { rows } = await client.query<{ table: string; index: string }>(
    `select relname as table, indexrelid::regclass::text as index
     from pg_index join pg_class on pg_class.oid = indrelid
     where relnamespace = current_schema::regnamespace
       and not exists (select 1 from pg_constraint where conindid = indexrelid)`,
  )
  return rows.filter(({ table }) => tablesThatGrow.includes(table))
}

/** The columns that a step of a refresh token changes. */
function writtenByRotation(statements: readonly RecordedStatement[]): string[] {
  const steps = statements.filter(({ by }) => by === 'sessions.advance')
  const columns = steps.flatMap(({ sql }) => {
    const [, changes = ''] = /^update "sessions" set (.*?) where /s.exec(sql) ?? []
    return [...changes.matchAll(/"(\w+)" = /g)].map(([, column = '']) => column)
  })
  expect(columns).toEqual(expect.arrayContaining(['counter', 'rotated_at', 'last_used_at']))
  return [...new Set(columns)]
}

/** Those of the columns that an index holds, or goes by. */
function indexed(columns: string[], indexes: readonly { definition: string }[]): string[] {
  expect(indexes.length).toBeGreaterThan(0)
  return columns.filter((column) =>
    indexes.some(({ definition }) => new RegExp(`\\b${column}\\b`).test(definition)),
  )
}

async function sqliteFaultsOf(
  database: Database,
  { sql, parameters }: RecordedStatement,
): Promise<string[]> {
  const explain = CompiledQuery.raw(`explain query plan ${sql}`, [...parameters])
  return sqliteFaults(sql, await database.read<SqliteStep>(explain))
}

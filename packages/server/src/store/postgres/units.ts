/** A unit on PostgreSQL: one transaction, in as few round trips as it can be had. */

import { randomInt } from 'node:crypto'
import type { CompiledQuery } from 'kysely'
import pg from 'pg'
import { isOneStep, type Statement, type UnitOutcome } from '../database.js'
import { isSerializationFailure, isTakenMeanwhile } from './faults.js'

/**
 * Runs a unit on a connection of its own. One that met another is run again from its start; of one
 * whose commit may have happened nobody can know, and it is not.
 */
export async function runUnit(
  client: pg.ClientBase,
  unit: readonly Statement[],
): Promise<UnitOutcome> {
  return untilUndisturbed(() =>
    isOneStep(unit) ? runAlone(client, unit[0]) : runTogether(client, unit),
  )
}

/** A read, too, may meet another: a migration that alters the tables which it joins. */
export async function runRead<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  query: CompiledQuery,
): Promise<Row[]> {
  return untilUndisturbed(async () => (await runQuery<Row>(client, query)).rows)
}

/** A kept query has a name, under which the server keeps its plan. */
export async function runQuery<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  query: CompiledQuery,
): Promise<pg.QueryResult<Row>> {
  const name = 'name' in query && typeof query.name === 'string' ? { name: query.name } : {}
  return client.query<Row>({ ...name, text: query.sql, values: [...query.parameters] })
}

const ATTEMPTS = 8

async function untilUndisturbed<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const mayPass = isSerializationFailure(error) || isTakenMeanwhile(error)
      if (!mayPass || attempt === ATTEMPTS) throw error
      await randomPause(attempt)
    }
  }
}

/** A statement is a transaction by itself. */
async function runAlone(client: pg.ClientBase, statement: Statement): Promise<UnitOutcome> {
  const { rows, rowCount } = await runQuery(client, statement.query)
  return isMet(statement, rowCount) ? { done: true, rows: [rows] } : { done: false, failed: 0 }
}

/** All statements are sent without waiting for the answers to those before them. */
async function runTogether(
  client: pg.ClientBase,
  unit: readonly Statement[],
): Promise<UnitOutcome> {
  const begun = client.query('begin')
  const sent = unit.map(({ query }) => runQuery(client, query))
  const results = await Promise.allSettled([begun, ...sent])
  const broken = results.find(isRejected)
  if (broken !== undefined) return rollBack(client, unit, results, broken)
  const failed = firstUnmet(unit, results)
  await client.query(failed === undefined ? 'commit' : 'rollback')
  const [, ...ran] = results
  return failed === undefined
    ? { done: true, rows: ran.map((result) => rowsOf(result)) }
    : { done: false, failed }
}

/** What follows a requirement that failed may well fail too: the first to do so decides. */
async function rollBack(
  client: pg.ClientBase,
  unit: readonly Statement[],
  results: readonly Settled[],
  broken: PromiseRejectedResult,
): Promise<UnitOutcome> {
  // Without an answer of the server's the connection is gone, and the transaction with it.
  if (!(broken.reason instanceof pg.DatabaseError)) throw broken.reason
  await client.query('rollback')
  const failed = firstUnmet(unit, results.slice(0, results.indexOf(broken)))
  if (failed === undefined) throw broken.reason
  return { done: false, failed }
}

type Settled = PromiseSettledResult<pg.QueryResult>

function isRejected(result: Settled): result is PromiseRejectedResult {
  return result.status === 'rejected'
}

/** @param results of `begin`, and then of the statements */
function firstUnmet(unit: readonly Statement[], results: readonly Settled[]): number | undefined {
  const index = unit.findIndex((statement, at) => {
    const result = results[at + 1]
    return result?.status === 'fulfilled' && !isMet(statement, result.value.rowCount)
  })
  return index === -1 ? undefined : index
}

function isMet({ requires }: Statement, rowCount: number | null): boolean {
  return requires === undefined || rowCount === requires
}

function rowsOf(result: Settled): unknown[] {
  return result.status === 'fulfilled' ? result.value.rows : []
}

async function randomPause(attempt: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, randomInt(2 ** attempt + 1)))
}

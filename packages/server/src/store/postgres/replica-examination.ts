/** What `latchkey doctor` looks at on a replica, beside the database that it should be one of. */

import type { Check } from '../database.js'
import { type Ask, orNothing } from './ask.js'
import { encryption } from './examination.js'

export async function examineReplica(primary: Ask, replica: Ask): Promise<Check[]> {
  return [
    await identity(primary, replica),
    await lag(primary, replica),
    ...(await encryption('LATCHKEY_DATABASE_REPLICA_URL')(replica)),
  ].map((each) => ({ ...each, check: `replica ${each.check}` }))
}

/** Milliseconds for which it is waited to catch up; about as long as a list would wait for it. */
const PATIENCE = 2_000

async function identity(primary: Ask, replica: Ask): Promise<Check> {
  const check = 'identity'
  if (!(await holdTheSame(primary, replica))) {
    const remedy = 'LATCHKEY_DATABASE_REPLICA_URL has to lead to a standby of ours'
    return { check, verdict: 'fails', detail: 'of another database', remedy }
  }
  const [standby] = (await orNothing(replica<Answer>('select pg_is_in_recovery() as answer'))) ?? []
  if (standby?.answer === false) {
    const detail = 'takes writes: it is the primary itself, or has been promoted'
    const remedy = 'LATCHKEY_DATABASE_REPLICA_URL has to lead to a standby'
    return { check, verdict: 'warns', detail, remedy }
  }
  return { check, verdict: 'holds', detail: 'a standby of this database' }
}

interface Answer {
  answer: boolean
}

/** A standby has the system identifier of its primary, which not every role is told, and all of its rows. */
async function holdTheSame(primary: Ask, replica: Ask): Promise<boolean> {
  for (const what of [SYSTEM, FIRST_KEY]) {
    const [ours, theirs] = [await textOf(primary, what), await textOf(replica, what)]
    if (ours !== undefined && ours !== theirs) return false
  }
  return true
}

const SYSTEM = 'select system_identifier::text as text from pg_control_system()'
/** It is made at the first start, at random, and is still there when a younger one is. */
const FIRST_KEY = 'select id as text from refresh_keys order by generation limit 1'

async function textOf(ask: Ask, query: string): Promise<string | undefined> {
  return (await orNothing(ask<{ text: string }>(query)))?.[0]?.text
}

/** Its clock and its last change say little: where nobody writes, the last change is old. */
async function lag(primary: Ask, replica: Ask): Promise<Check> {
  const check = 'lag'
  const end = await textOf(primary, 'select pg_current_wal_lsn()::text as text')
  const start = performance.now()
  for (;;) {
    const reached = 'select pg_last_wal_replay_lsn() >= $1::pg_lsn as answer'
    const [row] = (await orNothing(replica<Answer | { answer: null }>(reached, [end]))) ?? []
    const passed = performance.now() - start
    if (row === undefined || row.answer === null) {
      return { check, verdict: 'holds', detail: 'unknown' }
    }
    if (row.answer) return { check, verdict: 'holds', detail: `less than ${seconds(passed)} s` }
    if (passed > PATIENCE) {
      const remedy = 'see pg_stat_wal_receiver there, and whether replay is paused'
      return { check, verdict: 'warns', detail: await behind(replica), remedy }
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function behind(replica: Ask): Promise<string> {
  const age = `select floor(extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()))::text as text`
  const known = await textOf(replica, age)
  const last = known === undefined ? '' : `, and its last change is ${known} s old`
  return `more than ${seconds(PATIENCE)} s behind${last}`
}

/** Rounded up to a tenth. */
function seconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 100) / 10
}

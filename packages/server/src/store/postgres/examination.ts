/** What `latchkey doctor` looks at on a PostgreSQL server. */

import { Refusal } from '../../errors.js'
import type { Check } from '../database.js'
import { type Ask, orNothing, setting } from './ask.js'
import { limitsInForce } from './limits-in-force.js'

export async function examineServer(ask: Ask, tables: readonly string[]): Promise<Check[]> {
  const checks: Check[] = []
  for (const examine of [
    engine,
    encoding,
    durability,
    standby,
    encryption('LATCHKEY_DATABASE_URL'),
    clock,
    limitsInForce,
    notifications,
    rights(tables),
  ]) {
    checks.push(...(await examine(ask)))
  }
  return checks
}

/** @throws Refusal `storage_unavailable` where texts would not be kept as they are */
export async function assertEncoding(ask: Ask): Promise<void> {
  const found = await setting(ask, 'server_encoding')
  if (found === undefined || found === 'UTF8') return
  throw new Refusal('storage_unavailable', {
    message: `The database keeps texts as ${found}: make one with \`create database ... encoding 'UTF8' template template0\`.`,
  })
}

/** CockroachDB and YugabyteDB take one change of tables per transaction, or undo none with it. */
export async function altersAtOnce(ask: Ask): Promise<boolean> {
  const [row] = await ask<{ version: string }>('select version() as version')
  return row !== undefined && isPostgres(row.version)
}

/** Whether a server is too old; other engines than PostgreSQL count their versions in other ways. */
export function isTooOld(version: string): boolean {
  const [, major] = /^PostgreSQL (\d+)/.exec(version) ?? []
  return major !== undefined && isPostgres(version) && Number(major) < OLDEST
}

function isPostgres(version: string): boolean {
  return version.startsWith('PostgreSQL ') && !version.includes('-YB-')
}

const OLDEST = 14
/** Without these PostgreSQL can lose what it has acknowledged. */
const MUST_BE_ON = ['fsync', 'full_page_writes', 'synchronous_commit']
/** Milliseconds by which clocks may differ before somebody should look at them. */
const CLOCK_DIFFERENCE = 5_000

async function engine(ask: Ask): Promise<Check[]> {
  const [row] = await ask<{ version: string }>('select version() as version')
  const version = row?.version ?? 'unknown'
  const [detail = version] = version.split(' on ')
  return [
    isTooOld(version)
      ? {
          check: 'engine',
          verdict: 'fails',
          detail: `${detail} is too old`,
          remedy: `${OLDEST} is the oldest that will do`,
        }
      : { check: 'engine', verdict: 'holds', detail },
  ]
}

async function encoding(ask: Ask): Promise<Check[]> {
  const found = await setting(ask, 'server_encoding')
  return [
    {
      check: 'encoding',
      verdict: found === 'UTF8' ? 'holds' : 'fails',
      detail: found ?? 'unknown',
    },
  ]
}

async function durability(ask: Ask): Promise<Check[]> {
  const checks: Check[] = []
  for (const name of MUST_BE_ON) {
    const found = await setting(ask, name)
    checks.push({
      check: name,
      verdict: found === 'off' ? 'fails' : 'holds',
      detail: found ?? 'unknown',
      ...(found === 'off' && { remedy: `set ${name} on the database server` }),
    })
  }
  return checks
}

/** Without one what was acknowledged last can be lost with the primary (M05). */
async function standby(ask: Ask): Promise<Check[]> {
  const check = 'standby'
  const names = await setting(ask, 'synchronous_standby_names')
  const [found] =
    (await orNothing(
      ask<{ synchronous: number; hidden: number }>(
        `select count(*) filter (where sync_state in ('sync', 'quorum')) as synchronous,
           count(*) filter (where sync_state is null) as hidden from pg_stat_replication`,
      ),
    )) ?? []
  const count = found?.synchronous ?? 0
  // Only roles with pg_read_all_stats see the states of standbys.
  if (names === undefined || found === undefined || (names !== '' && found.hidden > 0)) {
    return [{ check, verdict: 'holds', detail: 'not shown to this role (pg_read_all_stats)' }]
  }
  if (names !== '' && count > 0)
    return [{ check, verdict: 'holds', detail: `${count} synchronous` }]
  return [
    names === ''
      ? {
          check,
          verdict: 'advises',
          detail:
            'no standby is synchronous, so sign-outs and refreshes of the last moments can be lost with this server',
          remedy: 'add one to synchronous_standby_names (docs/postgres.md)',
        }
      : {
          check,
          verdict: 'warns',
          detail: 'no synchronous standby is connected, and writes wait until one is',
          remedy: 'bring one back, or take it out of synchronous_standby_names',
        },
  ]
}

export function encryption(urlSetting: string) {
  return async (ask: Ask): Promise<Check[]> => {
    const check = 'connection'
    const rows = await orNothing(
      ask<{ ssl: boolean; is_local: boolean }>(
        `select ssl, coalesce(host(inet_client_addr()) in ('127.0.0.1', '::1'), true) as is_local
         from pg_stat_ssl where pid = pg_backend_pid()`,
      ),
    )
    const [found] = rows ?? []
    if (found === undefined) return [{ check, verdict: 'holds', detail: 'unknown' }]
    if (found.ssl) return [{ check, verdict: 'holds', detail: 'encrypted' }]
    const remedy = `add sslmode=verify-full to ${urlSetting}`
    return found.is_local
      ? [{ check, verdict: 'holds', detail: 'on this machine' }]
      : [{ check, verdict: 'warns', detail: 'not encrypted', remedy }]
  }
}

async function clock(ask: Ask): Promise<Check[]> {
  const asked = Date.now()
  const [row] = await ask<{ now: number }>(
    'select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now',
  )
  const difference = (row?.now ?? asked) - (asked + Date.now()) / 2
  const seconds = Math.round(Math.abs(difference) / 100) / 10
  return [
    Math.abs(difference) > CLOCK_DIFFERENCE
      ? {
          check: 'clock',
          verdict: 'warns',
          detail: `${seconds} s away from this machine's`,
          remedy: 'let both machines set their clocks by NTP',
        }
      : { check: 'clock', verdict: 'holds', detail: `within ${seconds} s of this machine's` },
  ]
}

async function notifications(ask: Ask): Promise<Check[]> {
  const check = 'notifications'
  const listening = await orNothing(ask('listen latchkey_doctor'))
  if (listening === undefined) {
    return [{ check, verdict: 'holds', detail: 'none: nodes hear of each other by polling alone' }]
  }
  await ask('unlisten latchkey_doctor')
  return [{ check, verdict: 'holds', detail: 'nodes hear of each other at once' }]
}

function rights(tables: readonly string[]) {
  return async (ask: Ask): Promise<Check[]> => {
    const missing = await orNothing(
      ask<{ name: string; right: string }>(
        `select name, "right" from unnest($1::text[]) as name, unnest($2::text[]) as "right"
         where to_regclass(name) is not null and not has_table_privilege(name, "right")`,
        [tables, ['select', 'insert', 'update', 'delete']],
      ),
    )
    if (missing === undefined) {
      return [{ check: 'rights', verdict: 'holds', detail: 'unknown' }]
    }
    const detail = missing.map(({ name, right }) => `${right} on ${name}`).join(', ')
    return [
      missing.length > 0
        ? {
            check: 'rights',
            verdict: 'fails',
            detail: `missing: ${detail}`,
            remedy: "grant them to the server's role",
          }
        : { check: 'rights', verdict: 'holds', detail: 'all that serving needs' },
    ]
  }
}

/** Audit logs for the suites about them. */

import { sql } from 'kysely'
import { expect, onTestFinished } from 'vitest'
import type { AuditVerdict } from '../src/core/audit/verification.js'
import type { SettingOptions } from '../src/settings/settings.js'
import type { Database } from '../src/store/database.js'
import { openDatabase } from '../src/store/open.js'
import type { AuditRow, Instant } from '../src/store/schema.js'
import { entry } from './store/rows.js'
import { type TestServer, testServer } from './test-server.js'

/** A server that seals when it is told to, with a way around it into its database. */
export interface AuditedServer extends TestServer {
  direct: Database
  seal(): Promise<void>
  verify(): Promise<AuditVerdict>
}

export async function auditedServer(
  databaseUrl: string,
  settings: SettingOptions = {},
  around?: (database: Database) => Database,
): Promise<AuditedServer> {
  const server = await testServer({ databaseUrl, ...settings }, around)
  const { audit, cleanUp } = server.latchkey
  await audit.sealer.stop()
  await cleanUp.stop()
  const direct = await openDatabase(databaseUrl, Date.now)
  onTestFinished(() => direct.close())
  return {
    ...server,
    direct,
    seal: () => audit.sealer.run(),
    verify: () => audit.verification.verify(),
  }
}

/** Writes entries of these times, in this order, past the server. @returns them */
export async function fill(
  { direct }: Pick<AuditedServer, 'direct'>,
  count: number,
  fields: (index: number) => Partial<AuditRow> = () => ({}),
): Promise<AuditRow[]> {
  const rows = Array.from({ length: count }, (_, index) =>
    entry({ at: (Date.now() + index) as Instant, ...fields(index) }),
  )
  for (let from = 0; from < count; from += 500) {
    const part = rows.slice(from, from + 500)
    await direct.write([{ query: direct.build.insertInto('audit').values(part).compile() }])
  }
  return rows
}

/** What somebody does who has the database, and nothing else. */
export async function tamper(
  { direct }: Pick<AuditedServer, 'direct'>,
  statement: string,
): Promise<void> {
  await direct.write([{ query: sql.raw(statement).compile(direct.build) }])
}

export async function expectWhole(server: AuditedServer): Promise<AuditVerdict> {
  const verdict = await server.verify()
  expect(verdict.faults).toEqual([])
  return verdict
}

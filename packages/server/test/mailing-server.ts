/** A mail in the outbox, as any change that tells of itself writes one. */

import type { MailKind, MailValues, Outbox } from '../src/core/outbox.js'
import type { SettingOptions } from '../src/settings/settings.js'
import type { Database } from '../src/store/database.js'
import { makeLink } from '../src/store/links.js'
import { mailEntry } from '../src/store/mails.js'
import type { LinkRow, MailRow, UserId } from '../src/store/schema.js'
import { type TestServer, testServer } from './test-server.js'

/** Its mails go out when a test says so, by `run` or `start`. */
export interface MailingServer extends TestServer {
  /** @returns the id */
  queue<Kind extends MailKind>(
    kind: Kind,
    values: MailValues[Kind],
    to?: { address: string; userId?: UserId },
  ): Promise<string>
  /** What `queue` writes. */
  compose: Outbox['compose']
  queueRow(row: MailRow): Promise<void>
  queueRows(rows: readonly MailRow[]): Promise<void>
  makeLink(row: LinkRow): Promise<void>
  countLinks(): Promise<number>
  states(): Promise<string[]>
}

export const from = 'Example <no-reply@example.com>'

export const reset = { username: 'alice', url: 'https://auth.example.com/r#token=abc' }

/** @param around puts something of the test's between the store and its database */
export async function mailingServer(
  settings: SettingOptions = {},
  around: (database: Database) => Database = (database) => database,
): Promise<MailingServer> {
  const captured: Database[] = []
  const server = await testServer(settings, (database) => {
    captured.push(database)
    return around(database)
  })
  const [database] = captured
  if (database === undefined) throw new Error('There is no database')
  const { outbox, store, postman } = server.latchkey
  await postman.stop()
  const queueRows = async (rows: readonly MailRow[]) => {
    await database.write(rows.map((row) => mailEntry(database.build, row)))
  }
  const queueRow = (row: MailRow) => queueRows([row])
  const compose: Outbox['compose'] = (kind, to, values) => outbox.compose(kind, to, values)
  return {
    ...server,
    compose,
    queueRow,
    queueRows,
    makeLink: async (row) => {
      await database.write([makeLink(database.build, row)])
    },
    countLinks: async () => {
      const query = database.build.selectFrom('links').select('id')
      return (await database.read(query.compile())).length
    },
    queue: async (kind, values, to = { address: 'alice@example.com' }) => {
      const row = compose(kind, to, values)
      await queueRow(row)
      return row.id
    },
    states: async () => {
      const { rows } = await store.mails.list({ limit: 999 })
      return rows.map(({ state }) => state)
    },
  }
}

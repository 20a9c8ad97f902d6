/** A server of whose outbox a test reads the mails, and what it asks of its database. */

import { KeyWrap } from '../src/core/key-wrap.js'
import { mailContext } from '../src/core/outbox.js'
import type { SettingOptions } from '../src/settings/settings.js'
import type { Database } from '../src/store/database.js'
import { type TestServer, testServer } from './test-server.js'

export interface WaitingMail {
  kind: string
  address: string
  userId: string | null
  values: Record<string, string>
}

export interface OutboxServer {
  server: TestServer
  /** All mails, oldest first. */
  mails(): Promise<WaitingMail[]>
  /** The units that were written since this was asked last, each as its statements. */
  units(): string[][]
}

export async function outboxServer(settings: SettingOptions = {}): Promise<OutboxServer> {
  let database: Database | undefined
  let units: string[][] = []
  const server = await testServer(settings, (opened) => {
    database = opened
    return noting(opened, (unit) => units.push(unit))
  })
  return {
    server,
    mails: async () => {
      if (database === undefined) throw new Error('There is no database')
      return mailsIn(database, server.latchkey.settings.secretKey)
    },
    units: () => {
      const noted = units
      units = []
      return noted
    },
  }
}

/** @param secretKey the master secret of the server that wrote them */
export async function mailsIn(
  database: Database,
  secretKey: Uint8Array | undefined,
): Promise<WaitingMail[]> {
  if (secretKey === undefined) throw new Error('The server has no master secret of its own')
  const wrap = new KeyWrap(secretKey)
  const query = database.build.selectFrom('mails').selectAll().orderBy('created_at').orderBy('id')
  return (await database.read(query.compile())).map((row) => ({
    kind: row.kind,
    address: row.address,
    userId: row.user_id,
    values: JSON.parse(wrap.unwrap(row.wrapped_values ?? '', mailContext(row.id))),
  }))
}

/** The token of the link in a mail. */
export function tokenIn(mail: WaitingMail | undefined): string {
  const [, token] = /#token=([\w-]{43})$/.exec(mail?.values.url ?? '') ?? []
  if (token === undefined) throw new Error('There is no link in that mail')
  return token
}

function noting(database: Database, note: (unit: string[]) => void): Database {
  return new Proxy(database, {
    get(target, name) {
      if (name === 'write') {
        return (unit: Parameters<Database['write']>[0]) => {
          note(unit.map(({ query }) => query.sql))
          return target.write(unit)
        }
      }
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

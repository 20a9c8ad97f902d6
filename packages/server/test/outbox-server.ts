/** A server of which a test reads the mails, and what it asks of its database. */

import type { SettingOptions } from '../src/settings/settings.js'
import type { Database } from '../src/store/database.js'
import { mailsIn, type OwnedMail } from './mails.js'
import { type TestServer, testServer } from './test-server.js'

export interface OutboxServer {
  server: TestServer
  /** All mails, oldest first. */
  mails(): Promise<OwnedMail[]>
  /** The units that were written since this was asked last, each as its statements. */
  units(): string[][]
}

export async function outboxServer(settings: SettingOptions = {}): Promise<OutboxServer> {
  let units: string[][] = []
  const server = await testServer(settings, (opened) => noting(opened, (unit) => units.push(unit)))
  return {
    server,
    mails: () => mailsIn(server, server.latchkey.settings.secretKey),
    units: () => {
      const noted = units
      units = []
      return noted
    },
  }
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

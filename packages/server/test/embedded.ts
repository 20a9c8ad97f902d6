import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import type { NewUser } from '../src/core/users.js'
import { openLatchkey } from '../src/latchkey.js'
import { readSettings } from '../src/settings/read.js'
import { afterThisFile } from './remains.js'
import { alice } from './test-server.js'

export const secretKey = randomBytes(32).toString('hex')

/** Where an SQLite database is that holds alice and others, as `latchkey user add` would make it; it goes with the test file. */
export async function databaseWithAlice(...others: readonly NewUser[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-embedded-'))
  afterThisFile(() => rmSync(folder, { recursive: true, force: true }))
  const databaseUrl = `sqlite:${join(folder, 'latchkey.db')}`
  const log = pino({ level: 'silent' })
  const latchkey = await openLatchkey(readSettings('command', {}, { databaseUrl }), { log })
  try {
    for (const user of [alice, ...others]) await latchkey.users.add(user, { actor: 'test' })
  } finally {
    await latchkey.close()
  }
  return databaseUrl
}

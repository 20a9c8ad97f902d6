import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { inProject } from './server.mjs'

const secret = randomBytes(32).toString('base64url')

/** The environment of a server on the database in that file; all such servers take each other's tokens. */
export function environmentOf(folder, name) {
  return {
    LATCHKEY_ISSUER: 'http://127.0.0.1:8000',
    LATCHKEY_SECRET_KEY: secret,
    LATCHKEY_DATABASE_URL: `sqlite:${join(folder, name)}`,
    LATCHKEY_LOG_LEVEL: 'warn',
  }
}

/** The built Latchkey, opened in this process. */
export async function openLatchkey(env) {
  const { openLatchkey: open } = await import(inProject('packages/server/dist/latchkey.js'))
  const { readSettings } = await import(inProject('packages/server/dist/settings/read.js'))
  return open(readSettings('serve', env), { log: console })
}

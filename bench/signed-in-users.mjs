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

/**
 * Makes an SQLite database with users, none with a password, and sessions spread over them.
 *
 * @returns the environment that a server on it needs, and of each session its id and tokens
 */
export async function makeSignedInUsers(folder, { users, sessions, name = 'latchkey.db' }) {
  const env = environmentOf(folder, name)
  const latchkey = await openLatchkey(env)
  try {
    await latchkey.start()
    const rows = Array.from({ length: users }, (_, number) => userRow(number))
    await Promise.all(rows.map((row) => latchkey.store.users.create(row, null, entryOf(row))))
    const client = await latchkey.clients.find('first-party')
    const opening = { client, scope: undefined, scopes: ['account'], methods: ['pwd'] }
    const origin = { actor: 'system' }
    const answers = await Promise.all(
      Array.from({ length: sessions }, (_, number) => {
        const user = { ...rows[number % users], password_at: null }
        return latchkey.sessions.open({ ...opening, user, origin })
      }),
    )
    return { env, sessions: answers.map(sessionOf) }
  } finally {
    await latchkey.close()
  }
}

/** The built Latchkey, opened in this process. */
export async function openLatchkey(env) {
  const { openLatchkey: open } = await import(inProject('packages/server/dist/latchkey.js'))
  const { readSettings } = await import(inProject('packages/server/dist/settings/read.js'))
  return open(readSettings('serve', env), { log: console })
}

/** A row of `users`, all of whose names say its number. */
export function userRow(number) {
  const at = Date.now()
  return {
    id: randomBytes(16).toString('hex'),
    username: `user${number}`,
    username_key: `user${number}`,
    email: null,
    email_key: null,
    email_verified: 0,
    disabled: 0,
    scopes: '',
    created_at: at,
    updated_at: at,
  }
}

function entryOf(user) {
  return {
    id: randomBytes(16).toString('base64url'),
    at: user.created_at,
    event: 'user_created',
    user_id: user.id,
    session_id: null,
    client_id: null,
    actor: 'system',
    address: null,
    request_id: null,
    detail: null,
  }
}

function sessionOf({ accessToken, refreshToken }) {
  const { sid } = JSON.parse(Buffer.from(accessToken.split('.')[1], 'base64url').toString())
  return { id: sid, accessToken, refreshToken }
}

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { inProject } from './server.mjs'
import { userRow } from './user-row.mjs'

const issuer = 'http://127.0.0.1:8000'
const password = 'correct horse battery'
const secrets = {
  LATCHKEY_SECRET_KEY: randomBytes(32).toString('base64url'),
  LATCHKEY_HS256_SECRET: randomBytes(32).toString('base64url'),
}

/**
 * Makes an SQLite database with users, all of one password, and sessions that are spread over them.
 *
 * @param {string} folder
 * @param {{ users: number, sessions?: number, algorithm?: string, passwordHash?: string, newTokens?: number, hashes?: (password: string) => string[] }} wanted
 *   `hashes`: what some users have in place of the hash that the server would make; `newTokens`: how many more tokens to make, of sessions that nothing looks up
 */
export async function makeDatabase(folder, wanted) {
  const { users, sessions = 0, newTokens = 0, hashes = () => [] } = wanted
  const { algorithm = 'EdDSA', passwordHash = 'argon2id' } = wanted
  const name = `${algorithm}-${passwordHash.replace(/\W/g, '-')}.db`
  const env = {
    ...secrets,
    LATCHKEY_ISSUER: issuer,
    LATCHKEY_DATABASE_URL: `sqlite:${join(folder, name)}`,
    LATCHKEY_SIGNING_ALGORITHM: algorithm,
    LATCHKEY_PASSWORD_HASH: passwordHash,
  }
  const latchkey = await open(env)
  try {
    await latchkey.start()
    const hash = await latchkey.passwords.hash(password)
    const rows = await addUsers(latchkey, users, [hash, ...hashes(password)])
    const opened = await openSessions(latchkey, rows, sessions)
    return {
      env,
      password,
      hash,
      usernames: rows.map(({ username }) => username),
      tokens: opened.map(({ accessToken }) => accessToken),
      refreshTokens: opened.map(({ refreshToken }) => refreshToken),
      newTokens: await issueTokens(latchkey, rows, newTokens),
    }
  } finally {
    await latchkey.close()
  }
}

async function open(env) {
  const { openLatchkey } = await server('latchkey.js')
  const { readSettings } = await server('settings/read.js')
  return openLatchkey(readSettings('serve', env), { log: console })
}

function server(file) {
  return import(inProject(`packages/server/dist/${file}`))
}

/** Past the hashing of each password: they take turns with these. */
async function addUsers({ store }, count, hashes) {
  const rows = Array.from({ length: count }, (_, number) => userRow(number))
  const hashOf = (number) => hashes[number % hashes.length]
  await Promise.all(
    rows.map((row, number) => store.users.create(row, hashOf(number), auditRow(row))),
  )
  return rows
}

function auditRow(user) {
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

async function openSessions({ sessions, clients }, users, count) {
  const client = await clients.authenticate(undefined)
  const shared = { client, scopes: ['account'], methods: ['pwd'], origin: { actor: 'system' } }
  const opened = Array.from({ length: count }, (_, number) => {
    const user = users[number % users.length]
    return sessions.open({
      ...shared,
      user: { ...user, metadata: null, admin_metadata: null, password_at: user.created_at },
    })
  })
  return Promise.all(opened)
}

async function issueTokens({ keys, identity, encryption, settings }, users, count) {
  const { AccessTokens } = await server('core/access-tokens.js')
  const statusLists = { uriOf: (list) => `${issuer}/status-lists/${list}` }
  const tokens = new AccessTokens({ keys, identity, encryption, statusLists })
  const now = Date.now()
  const shared = { client_id: 'first-party', authenticated_at: now, amr: 'pwd', status_list: 1 }
  const issued = Array.from({ length: count }, (_, number) => {
    const id = randomBytes(16).toString('base64url')
    const session = { ...shared, id, status_index: number }
    const user = users[number % users.length]
    const lifetime = settings.accessTokenTtl
    return tokens.issueForSession(user, session, ['account'], lifetime, now)
  })
  return Promise.all(issued)
}

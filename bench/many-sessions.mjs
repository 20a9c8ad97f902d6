import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { environmentOf, openLatchkey } from './built-latchkey.mjs'
import { inProject } from './server.mjs'
import { userRow } from './user-row.mjs'

/**
 * Fills an SQLite database past the store, because by the front door it would take hours.
 *
 * @param {{users: number, sessions: number, sample: number, name: string}} wanted
 * @returns the environment that a server on it needs, and a sample of its sessions, each with its
 *   id, its user's id and name, its counter and its tokens
 */
export async function makeManySessions(folder, { users, sessions, sample, name }) {
  const env = environmentOf(folder, name)
  makeTables(env)
  const sampled = fill(join(folder, name), users, sessions, sample)
  return { env, sessions: await withTokens(env, sampled) }
}

/** In a process of its own: while this one had it open, the file could not leave its write-ahead log. */
export function makeTables(env) {
  const args = [inProject('packages/server/bin/latchkey.js'), 'migrate']
  const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

function fill(path, users, sessions, sample) {
  const database = new DatabaseSync(path)
  try {
    // One transaction, all of it in memory: else the pages of an index over random ids are written
    // again with each commit.
    database.exec('pragma journal_mode = delete')
    database.exec('pragma synchronous = off; pragma foreign_keys = off')
    database.exec('pragma cache_size = -8000000; begin')
    const at = Date.now()
    const userIds = fillUsers(database, users, at)
    const sampled = fillSessions(database, userIds, sessions, { sample, at })
    database.exec('commit; pragma journal_mode = wal')
    return sampled
  } finally {
    database.close()
  }
}

function fillUsers(database, count, at) {
  const userIds = []
  const user = inserter(database, 'users', Object.keys(userRow(0)))
  const taken = inserter(database, 'names', ['name'])
  const part = inserter(database, 'user_parts', ['part', 'user_id'])
  const password = inserter(database, 'passwords', ['user_id', 'hash', 'changed_at'])
  for (let number = 0; number < count; number++) {
    const row = userRow(number)
    user(Object.values(row))
    taken([row.username_key])
    // As long as an argon2id hash is, and never tried.
    // The whole name alone: the clean-up looks for users who have none, and would work meanwhile.
    part([Buffer.from(row.username_key), row.id])
    password([row.id, `$argon2id$${'x'.repeat(87)}`, at])
    userIds.push(row.id)
  }
  return userIds
}

/** Every user has as many, and no two sessions of one lie side by side. */
function fillSessions(database, userIds, count, { sample, at }) {
  const sampled = []
  const every = Math.floor(count / sample)
  const columns = [
    ...['id', 'user_id', 'client_id', 'counter', 'epoch', 'amr', 'authenticated_at'],
    ...['created_at', 'last_used_at', 'password_at'],
  ]
  const session = inserter(database, 'sessions', columns)
  for (let number = 0; number < count; number++) {
    const id = randomBytes(16).toString('base64url')
    const userId = userIds[number % userIds.length]
    session([id, userId, 'first-party', 0, 0, 'pwd', at, at, at, at])
    if (number % every === 0 && sampled.length < sample) {
      sampled.push({ id, userId, username: `user${number % userIds.length}` })
    }
  }
  return sampled
}

function inserter(database, table, columns) {
  const places = columns.map(() => '?').join()
  const statement = database.prepare(`insert into ${table} (${columns.join()}) values (${places})`)
  return (values) => statement.run(...values)
}

/** Refreshes the sampled sessions once, with the tokens that the server would have opened them with. */
async function withTokens(env, sampled) {
  const latchkey = await openLatchkey(env)
  try {
    await latchkey.start()
    const seal = await sealer(latchkey)
    const client = await latchkey.clients.find('first-party')
    const request = { client, scope: undefined, origin: { actor: 'system' } }
    return await Promise.all(
      sampled.map(async (session) => ({
        ...session,
        counter: 1,
        ...(await latchkey.refresh.run({ ...request, token: seal(session.id) })),
      })),
    )
  } finally {
    await latchkey.close()
  }
}

async function sealer({ store, settings }) {
  const { RefreshKeys } = await import(inProject('packages/server/dist/core/refresh-keys.js'))
  const { sealRefreshToken } = await import(
    inProject('packages/server/dist/core/refresh-tokens.js')
  )
  const { KeyWrap } = await import(inProject('packages/server/dist/core/key-wrap.js'))
  const keys = new RefreshKeys({
    store,
    wrap: () => new KeyWrap(settings.secretKey),
    clock: Date.now,
  })
  await keys.load()
  return (sessionId) => sealRefreshToken({ sessionId, epoch: 0, counter: 0 }, keys.newest)
}

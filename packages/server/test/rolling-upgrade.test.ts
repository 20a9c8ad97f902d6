/** A later release migrates the database under two processes of this one, which go on, and so does a third that starts then. */

import { CompiledQuery } from 'kysely'
import { expect, it, onTestFinished } from 'vitest'
import { MIGRATIONS, type Migration, migrate } from '../src/store/migrations.js'
import { openDatabase } from '../src/store/open.js'
import { tables } from '../src/store/schema.js'
import { run, start } from './cli/run.js'
import { newUrl } from './databases.js'

const alice = { username: 'alice', password: 'correct horse battery' }

/** A column and an index more on every table. */
const tomorrow: Migration = {
  name: '9999-of-tomorrow',
  statements: () =>
    tables.flatMap((table) => [
      CompiledQuery.raw(`alter table ${table} add column if not exists extra text`),
      CompiledQuery.raw(`create index if not exists ${table}_extra on ${table} (extra)`),
    ]),
}

it('nodes of this version go on while a later one migrates, and start afterwards', async () => {
  const env = await environment()
  const added = await run(['user', 'add', alice.username], {
    env,
    input: alice.password,
  })
  expect(added).toMatchObject({ status: 0 })
  const nodes = await Promise.all([node(env), node(env)])
  const loads = nodes.flatMap((address) => [load(address), load(address)])
  await Promise.all(loads.map((each) => each.atLeast(5)))

  const database = await openDatabase(env.LATCHKEY_DATABASE_URL, Date.now)
  onTestFinished(() => database.close())
  expect(await migrate(database, [...MIGRATIONS, tomorrow])).toEqual([tomorrow.name])

  const third = load(await node(env))
  await Promise.all([...loads, third].map((each) => each.atLeast(5)))
  const failures = await Promise.all([...loads, third].map((each) => each.stop()))
  expect(failures.flat()).toEqual([])
  const { stdout } = await run(['migrate'], { env })
  expect(stdout).toBe('The database is newer than this version, and fits it (9999-of-tomorrow).\n')
}, 90_000)

async function environment() {
  return {
    LATCHKEY_DATABASE_URL: await newUrl('PostgreSQL'),
    LATCHKEY_ISSUER: 'http://127.0.0.1:8000',
    LATCHKEY_SECRET_KEY: 'ab'.repeat(32),
    LATCHKEY_PORT: '0',
  }
}

async function node(env: Record<string, string>): Promise<string> {
  const running = start(['serve'], { env })
  const [address] = await running.until(/http:\/\/127\.0\.0\.1:(?!8000)\d+/)
  return address
}

/** Signs in once, and then refreshes, asks and signs in again without end. */
function load(address: string) {
  const failures: string[] = []
  let rounds = 0
  let stopping = false
  const post = async (fields: Record<string, string>) => {
    const answer = await fetch(`${address}/token`, {
      method: 'POST',
      body: new URLSearchParams(fields),
    })
    return check(answer)
  }
  const check = async (answer: Response) => {
    const text = await answer.text()
    if (answer.status !== 200) failures.push(`${answer.status} ${text}`)
    return answer.status === 200 ? JSON.parse(text) : {}
  }
  const round = async () => {
    const first = await post(alice)
    const next = await post({ grant_type: 'refresh_token', refresh_token: first.refresh_token })
    const headers = { authorization: `Bearer ${next.access_token}` }
    await check(await fetch(`${address}/users/me`, { headers }))
    rounds++
  }
  const running = (async () => {
    while (!stopping && failures.length === 0) await round()
  })()
  const pause = () => new Promise((resolve) => setTimeout(resolve, 20))
  return {
    /** Waits for so many rounds more, or a failure. */
    async atLeast(more: number) {
      const enough = rounds + more
      while (rounds < enough && failures.length === 0) await pause()
    },
    async stop() {
      stopping = true
      await running
      return failures
    },
  }
}

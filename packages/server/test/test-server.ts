import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { onTestFinished } from 'vitest'
import type { NewUser } from '../src/core/users.js'
import { type Latchkey, openLatchkey } from '../src/latchkey.js'
import { buildApp } from '../src/serve.js'
import { readSettings } from '../src/settings/read.js'
import type { SettingOptions } from '../src/settings/settings.js'
import type { Instant } from '../src/store/schema.js'

/** A whole server for one test, with a clock to turn and a log to read. */
export interface TestServer {
  app: FastifyInstance
  latchkey: Latchkey
  /** What was logged, a line an entry. */
  log: string[]
  /** Moves the clock; it stands still otherwise. */
  pass(milliseconds: number): void
  addUser(user?: Partial<NewUser>): Promise<void>
  /** Signs in at `/token`; answers the access token. */
  signIn(user?: { username?: string; password?: string; scope?: string }): Promise<string>
  /** `GET path` with a token. */
  get(path: string, token: string): ReturnType<FastifyInstance['inject']>
  postForm(path: string, fields: Record<string, string>): ReturnType<FastifyInstance['inject']>
}

export const alice = { username: 'alice', password: 'correct horse battery' }

const issuer = 'http://127.0.0.1:8000'

/** @param settings in camelCase; the database is SQLite in memory unless `databaseUrl` says otherwise */
export async function testServer(settings: SettingOptions = {}): Promise<TestServer> {
  const log: string[] = []
  const logger = pino({ level: 'trace' }, { write: (line: string) => void log.push(line) })
  let now = Date.now()
  const latchkey = await openLatchkey(
    readSettings('embedded', {}, { databaseUrl: 'sqlite::memory:', issuer, ...settings }),
    { log: logger, clock: () => now as Instant },
  )
  await latchkey.keys.load()
  const app = await buildApp({ log: logger, demo: true }, latchkey)
  onTestFinished(() => app.close())

  const postForm: TestServer['postForm'] = (url, fields) =>
    app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams(fields).toString(),
    })
  return {
    app,
    latchkey,
    log,
    pass: (milliseconds) => {
      now += milliseconds
    },
    addUser: async (user) => {
      await latchkey.users.add({ ...alice, ...user }, { actor: 'test' })
    },
    signIn: async (user) => {
      const answer = await postForm('/token', { ...alice, ...user })
      return answer.json<{ access_token: string }>().access_token
    },
    get: (url, token) => app.inject({ url, headers: { authorization: `Bearer ${token}` } }),
    postForm,
  }
}

import pino from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openLatchkey } from '../src/latchkey.js'
import { buildApp } from '../src/serve.js'
import { readSettings } from '../src/settings/read.js'
import type { SessionId } from '../src/store/schema.js'
import { databases } from './databases.js'
import { soak } from './soak.js'
import { alice } from './test-server.js'

const callers = 50
const rounds = soak > 0 ? 200 : 3

for (const database of databases) {
  describe(`fifty callers with one refresh token on ${database.name}`, () => {
    it('E04 cause one rotation and get one successor, again and again', async () => {
      const { post, store } = await server(await database.url())
      const signedIn = await post('/token', alice)
      let token: string = signedIn.json().refresh_token
      const sessionId = JSON.parse(
        Buffer.from(signedIn.json().access_token.split('.')[1], 'base64url').toString(),
      ).sid as SessionId
      for (let round = 1; round <= rounds; round++) {
        const fields = { grant_type: 'refresh_token', refresh_token: token }
        const answers = await Promise.all(
          Array.from({ length: callers }, () => post('/oauth/token', fields)),
        )
        expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(callers).fill(200))
        const successors = new Set(answers.map((answer) => answer.json().refresh_token))
        expect(successors.size).toBe(1)
        expect(successors).not.toContain(token)
        expect(await store.sessions.find(sessionId)).toMatchObject({
          counter: round,
          ended_at: null,
        })
        token = answers[0]?.json().refresh_token
      }
      const { rows } = await store.audit.list({ limit: callers * rounds + 100 })
      const written = rows.filter(({ session_id }) => session_id === sessionId)
      const repeats = written.filter(({ event }) => event === 'refresh_repeated')
      expect(repeats).toHaveLength((callers - 1) * rounds)
      const events = new Set(written.map(({ event }) => event))
      expect([...events].toSorted()).toEqual(['refresh_repeated', 'sign_in'])
    }, 600_000)
  })
}

/** By a clock that goes on: the database's own is what decides here. */
async function server(databaseUrl: string) {
  const log = pino({ level: 'silent' })
  const issuer = 'http://127.0.0.1:8000'
  const latchkey = await openLatchkey(readSettings('embedded', {}, { databaseUrl, issuer }), {
    log,
  })
  await latchkey.start()
  const app = await buildApp({ log }, latchkey)
  onTestFinished(() => app.close())
  await latchkey.users.add(alice, { actor: 'test' })
  return {
    store: latchkey.store,
    post: (url: string, fields: Record<string, string>) =>
      app.inject({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams(fields).toString(),
      }),
  }
}

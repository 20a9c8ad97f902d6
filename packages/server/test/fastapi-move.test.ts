/** An app that began with FastAPI's tutorial moves here, and none of its users notices: docs/from-the-fastapi-tutorial.md. */

import { join } from 'node:path'
import { createGuard } from '@latchkey/guard'
import { describe, expect, it, vi } from 'vitest'
import { emptyFolder, run } from './cli/run.js'
import { opened } from './signer.js'
import { testServer } from './test-server.js'
import {
  askTutorial,
  tutorialDatabase,
  tutorialIsAbsent,
  tutorialSecret,
  tutorialToken,
  tutorialUsers,
} from './tutorial-app.js'

vi.setConfig({ testTimeout: 60_000 })

const compatible = {
  signingAlgorithm: 'HS256',
  hs256Secret: tutorialSecret,
  subject: 'username',
} as const

const tutorialGuard = () =>
  createGuard({ secret: tutorialSecret, algorithms: ['HS256'], typ: 'JWT' })

describe('the tutorial’s application, moved', () => {
  it('keeps its users, their names and their passwords', async () => {
    const { databaseUrl } = await moved()
    const server = await testServer({ ...compatible, databaseUrl })
    for (const { username, password, disabled } of tutorialUsers) {
      const answer = await server.postForm('/token', { username, password })
      expect(answer.statusCode, username).toBe(disabled ? 401 : 200)
      if (disabled) continue
      const { access_token, token_type } = answer.json()
      expect(token_type).toBe('bearer')
      expect(opened(access_token).claims.sub).toBe(username)
      const me = await server.get('/users/me', access_token)
      expect(me.json()).toMatchObject({ username, email: `${username}@example.com` })
    }
  })

  it('has its old tokens pass the guards of its APIs until they expire, beside the new ones', async () => {
    const { databaseUrl } = await moved()
    const server = await testServer({ ...compatible, databaseUrl })
    const guard = tutorialGuard()
    const token = await server.signIn({ username: 'johndoe', password: 'secret' })
    expect(await guard.verify(tutorialToken)).toMatchObject({ subject: 'johndoe' })
    expect(await guard.verify(token)).toMatchObject({ subject: 'johndoe' })
    const later = createGuard({
      secret: tutorialSecret,
      algorithms: ['HS256'],
      typ: 'JWT',
      now: () => 4_102_444_831_000,
    })
    await expect(later.verify(tutorialToken)).rejects.toMatchObject({ code: 'invalid_token' })
  })

  it.skipIf(tutorialIsAbsent)('goes on verifying all of them itself, unchanged', async () => {
    const { database, databaseUrl } = await moved()
    const form = { username: 'johndoe', password: 'secret' }
    const [before] = askTutorial(database, tutorialSecret, [['POST', '/token', null, form]])
    const server = await testServer({ ...compatible, databaseUrl })
    const tokens = [
      String(before?.body.access_token),
      tutorialToken,
      await server.signIn(form),
      await server.signIn({ username: 'grace', password: 'secret' }),
    ]
    const asked = tokens.map((token) => ['GET', '/users/me/', token] as const)
    const answers = askTutorial(database, tutorialSecret, asked)
    expect(answers.map(({ body }) => body.username)).toEqual([
      'johndoe',
      'johndoe',
      'johndoe',
      'grace',
    ])
    expect((await tutorialGuard().verify(tokens[0] ?? '')).subject).toBe('johndoe')
  })
})

/** Its users, taken over by the command of the guide. */
async function moved() {
  const folder = emptyFolder()
  const database = tutorialDatabase(folder)
  const databaseUrl = `sqlite:${join(folder, 'latchkey.db')}`
  const outcome = await run(['user', 'import', database, '--from', 'fastapi', '--json'], {
    env: { LATCHKEY_DATABASE_URL: databaseUrl },
  })
  expect(outcome, outcome.stderr).toMatchObject({ status: 0 })
  expect(JSON.parse(outcome.stdout)).toMatchObject({ imported: 3, left_out: 0 })
  return { database, databaseUrl }
}

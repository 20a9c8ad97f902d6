/** An app that began with FastAPI's tutorial moves here, and none of its users notices: docs/from-the-fastapi-tutorial.md. */

import { createSecretKey, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createGuard } from '@latchkey/guard'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createGuardOn } from '../../guard/src/guard.js'
import { platform } from '../../guard/src/signature-node.js'
import { Clock, until } from '../../guard/test/clock.js'
import { emptyFolder, run } from './cli/run.js'
import { minute, second } from './rotating-server.js'
import { opened, signed } from './signer.js'
import { issuer, type TestServer, testServer } from './test-server.js'
import { refresh, send, signedIn } from './token-requests.js'
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

const previous = { secret: tutorialSecret, algorithms: ['HS256'], typ: 'JWT' } as const

const tutorialGuard = () => createGuard(previous)

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
    const later = createGuard({ ...previous, now: () => 4_102_444_831_000 })
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

describe('the tutorial’s application with the secret that it shows', () => {
  const shown = '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7'

  it('C04 L01 has to take another, which refuses its tokens and no password', async () => {
    const { databaseUrl } = await moved()
    await expect(testServer({ ...compatible, hs256Secret: shown, databaseUrl })).rejects.toThrow(
      /hs256Secret is a secret that is published/,
    )
    const server = await testServer({ ...compatible, databaseUrl })
    const anybodys = signed(
      { alg: 'HS256', typ: 'JWT' },
      { sub: 'johndoe', exp: 4_102_444_800 },
      'HS256',
      createSecretKey(Buffer.from(shown)),
    )
    await expect(tutorialGuard().verify(anybodys)).rejects.toMatchObject({ status: 401 })
    expect((await server.get('/users/me', anybodys)).statusCode).toBe(401)
    const token = await server.signIn({ username: 'johndoe', password: 'secret' })
    expect((await tutorialGuard().verify(token)).subject).toBe('johndoe')
  })
})

describe('the tutorial’s application, moved, from HS256 to EdDSA', () => {
  it('signs nobody out at any step, and refuses who has signed out at each', async () => {
    const { databaseUrl } = await moved()
    const common = { databaseUrl, secretKey: randomBytes(32).toString('hex') }
    const john = { username: 'johndoe', password: 'secret' }
    let server = await testServer({ ...common, ...compatible })
    const { guard, look } = services(() => server, previous)
    const [session, other] = [await signedIn(server, john), await signedIn(server, john)]
    let { refresh_token: token } = session
    const renew = async () => {
      const answer = await refresh(server, token)
      expect(answer.statusCode).toBe(200)
      token = answer.json().refresh_token
      return String(answer.json().access_token)
    }

    // Services take both: there are no keys yet.
    await guard.ready()
    const tokens = [tutorialToken, session.access_token]
    const pass = async () => {
      for (const each of tokens) expect((await guard.verify(each)).subject).toBe('johndoe')
      for (const each of tokens.slice(1)) {
        expect((await server.get('/users/me', each)).statusCode).toBe(200)
      }
    }
    await pass()

    // The server changes: the secret goes on until everybody has read the key.
    const { subject } = compatible
    server = await testServer({ ...common, subject, hs256SecretPrevious: tutorialSecret })
    tokens.push(await renew())
    await pass()
    await look(30 * second)
    await send(server, '/revoke', { token: other.access_token })
    await look(5 * second)
    await pass()
    await expect(guard.verify(other.access_token)).rejects.toMatchObject({ status: 401 })
    await look(9 * minute)
    tokens.push(await renew())
    await pass()
    await look(minute)
    tokens.push(await renew())
    await pass()
    const algorithms = tokens.map((each) => opened(each).header.alg)
    expect(algorithms).toEqual(['HS256', 'HS256', 'HS256', 'HS256', 'EdDSA'])
    expect(opened(tokens.at(-1) ?? '').claims).toMatchObject({ sub: 'johndoe', aud: issuer })

    // The secret goes, and with it whatever it has signed.
    const passed = 11 * minute
    server = await testServer({ ...common, subject })
    server.pass(passed)
    const last = services(() => server).guard
    const renewed = await renew()
    for (const each of [tokens.at(-1) ?? '', renewed]) {
      expect((await last.verify(each)).subject).toBe('johndoe')
      expect((await server.get('/users/me', each)).statusCode).toBe(200)
    }
    for (const each of tokens.slice(0, -1)) {
      await expect(last.verify(each)).rejects.toMatchObject({ status: 401 })
      expect((await server.get('/users/me', each)).statusCode).toBe(401)
    }
  })
})

/** APIs with the guards of the guide, whose clock is the server's. */
function services(server: () => TestServer, before?: typeof previous) {
  const clock = new Clock()
  const guard = createGuardOn(
    platform,
    {
      issuer,
      audience: issuer,
      previous: before,
      now: () => server().latchkey.clock(),
      fetch: (input, init) => answerOf(server(), new Request(input, init)),
    },
    clock.schedule,
  )
  onTestFinished(() => guard.close())
  return {
    guard,
    /** Lets time pass, and the guard read what there is then. */
    async look(milliseconds: number) {
      server().pass(milliseconds)
      clock.jump(60)
      await until(() => clock.waiting.length === 2 && !clock.waiting.includes(5_000))
    },
  }
}

async function answerOf({ app }: TestServer, { url, headers }: Request): Promise<Response> {
  const asked = { url: new URL(url).pathname, headers: Object.fromEntries(headers) }
  const { statusCode: status, headers: answered, body } = await app.inject(asked)
  const { etag } = answered
  return new Response(status === 304 ? null : body, { status, ...(etag && { headers: { etag } }) })
}

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

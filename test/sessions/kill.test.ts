import { afterAll, describe, expect, it } from 'vitest'
import { makeFolder, removeFolder, rowsOf } from './database-file.js'
import { refresh, sessionIdOf, statusOf, tokensOf } from './requests.js'
import { seeded } from './seeded.js'
import { ServerProcess } from './server-process.js'
import { unpaired } from './unpaired.js'
import { type KnownSession, newestOf, useUntilGone } from './user-under-load.js'

const kills = process.env.LATCHKEY_TEST_SOAK ? 100 : 3
const users = 8

const folder = makeFolder()
let server: ServerProcess | undefined

afterAll(async () => {
  await server?.stop()
  removeFolder(folder)
})

describe('a server that is killed while users sign in, refresh and sign out', () => {
  for (let seed = 1; seed <= kills; seed++) {
    it(`M03 E10 E15 has lost nothing that it answered, and revives nothing (seed ${seed})`, {
      timeout: 60_000,
    }, async () => {
      const random = seeded(seed)
      const sessions = await loadUntilKilled(await running(), random)
      expect(rowsOf(folder, 'pragma integrity_check')).toEqual([{ integrity_check: 'ok' }])
      expect(rowsOf(folder, unpaired)).toEqual([])
      const { url } = await running()
      for (const session of sessions) await checkAfterRestart(url, session)
    })
  }
})

async function running(): Promise<ServerProcess> {
  // What a killed process was counting stays counted.
  server ??= await ServerProcess.start(folder, undefined, {
    LATCHKEY_FAILURES_PER_NAME: '1000/10s',
  })
  return server
}

/** Kills after some number of answers, while others are due. @returns what the users know then */
async function loadUntilKilled(
  victim: ServerProcess,
  random: (below: number) => number,
): Promise<KnownSession[]> {
  const sessions: KnownSession[] = []
  let answersLeft = 50 + random(250)
  let killed: Promise<void> | undefined
  const onAnswer = () => {
    answersLeft -= 1
    if (answersLeft <= 0) killed ??= victim.kill()
  }
  await Promise.all(
    Array.from({ length: users }, () => useUntilGone(victim.url, random, sessions, onAnswer)),
  )
  await killed
  server = undefined
  return sessions
}

async function checkAfterRestart(url: string, session: KnownSession): Promise<void> {
  const { accessToken, refreshToken } = newestOf(session)
  const again = await refresh(url, refreshToken)
  if (session.ended !== 'no') {
    // Asked and not answered: both will do, but not half of it.
    if (session.ended === 'answered') expect(again.status).toBe(400)
    const isOver = again.status === 400
    expect(await statusOf(url, '/items/', accessToken)).toBe(isOver ? 401 : 200)
    expect(await statusOf(url, '/users/me', accessToken)).toBe(isOver ? 401 : 200)
    return
  }
  const successor = tokensOf(again)
  expect(await statusOf(url, '/users/me', successor.accessToken)).toBe(200)
  expect(stepsOf(accessToken)).toBe(session.answered.length)
  const repeated = tokensOf(await refresh(url, refreshToken))
  expect(repeated.refreshToken).toBe(successor.refreshToken)
  await checkTheft(url, session)
}

/** All tokens but the newest two are used up for good, whether they were used before or after the restart. */
async function checkTheft(url: string, session: KnownSession): Promise<void> {
  const old = session.answered.at(-2)
  if (old === undefined) return
  const { refreshToken, accessToken } = newestOf(session)
  expect((await refresh(url, old.refreshToken)).status).toBe(400)
  expect((await refresh(url, refreshToken)).status).toBe(400)
  expect(await statusOf(url, '/items/', accessToken)).toBe(401)
}

function stepsOf(accessToken: string): unknown {
  const query = 'select counter from sessions where id = ?'
  const [row] = rowsOf(folder, query, sessionIdOf(accessToken))
  return typeof row === 'object' && row !== null && 'counter' in row && row.counter
}

import { setTimeout as pause } from 'node:timers/promises'
import { createGuard, type Guard, Refusal } from '@latchkey/guard'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeFolder, removeFolder } from './database-file.js'
import { postForm, signIn } from './requests.js'
import { ServerProcess } from './server-process.js'

/** What all server processes are, wherever they listen. */
const issuer = 'http://127.0.0.1:8000'
const folder = makeFolder()
const servers: ServerProcess[] = []
const calls: string[] = []
/** By how much the guard's clock is ahead, in milliseconds. */
let ahead = 0
let guard: Guard

beforeAll(async () => {
  servers.push(await ServerProcess.start(folder))
  servers.push(await ServerProcess.start(folder))
  guard = createGuard({
    issuer,
    audience: issuer,
    now: () => Date.now() + ahead,
    // As through a balancer: the servers take turns.
    fetch: (url, init) => {
      const server = servers[calls.length % Math.max(servers.length, 1)]
      calls.push(`${url}`)
      return fetch(`${url}`.replace(issuer, server?.url ?? 'http://127.0.0.1:1'), init)
    },
  })
})

afterAll(async () => {
  guard.close()
  await Promise.all(servers.map((server) => server.stop()))
  removeFolder(folder)
})

describe('a guard in a process of its own, with two servers', () => {
  it('asks nobody during requests, and sees a sign-out at either of them', async () => {
    await guard.ready()
    for (const { url } of servers) {
      const [ended, other] = [await signIn(url), await signIn(url)]
      expect(await statusOf(ended.accessToken)).toBe(200)
      const before = calls.length
      const authorization = [`Bearer ${ended.accessToken}`]
      for (let round = 0; round < 10_000; round++) guard.authenticate(authorization)
      expect(calls.length).toBe(before)

      await postForm(url, '/revoke', { token: ended.refreshToken })
      await untilStatusIs(401, ended.accessToken)
      expect(await statusOf(other.accessToken)).toBe(200)
    }
  })

  it('goes on while they are away, then answers 503, and sees sign-outs when one is back', async () => {
    const token = (await signIn(servers[0]?.url ?? '')).accessToken
    await untilStatusIs(200, token)
    await Promise.all(servers.splice(0).map((server) => server.stop()))
    expect(await statusOf(token)).toBe(200)
    ahead = 5 * 60_000
    expect(await statusOf(token)).toBe(503)
    ahead = 0

    const server = await ServerProcess.start(folder)
    servers.push(server)
    await postForm(server.url, '/revoke', { token })
    await untilStatusIs(401, token)
  })
})

async function statusOf(token: string): Promise<number> {
  try {
    await guard.verify(token)
    return 200
  } catch (error) {
    if (error instanceof Refusal) return error.status
    throw error
  }
}

/** Far longer than a sign-out may take to be seen: how long it takes is for machines with nothing else to do. */
async function untilStatusIs(status: number, token: string): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 20) {
    if ((await statusOf(token)) === status) return
    await pause(20)
  }
  expect(await statusOf(token)).toBe(status)
}

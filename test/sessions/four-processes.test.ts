import { inflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeFolder, removeFolder, rowsOf } from './database-file.js'
import {
  postForm,
  refresh,
  sessionIdOf,
  signIn,
  statusOf,
  type Tokens,
  tokensOf,
} from './requests.js'
import { ServerProcess } from './server-process.js'

const callers = 50
const rounds = process.env.LATCHKEY_TEST_SOAK ? 200 : 5

const folder = makeFolder()
const servers: ServerProcess[] = []

beforeAll(async () => {
  // The first makes the users, the others find them.
  servers.push(await ServerProcess.start(folder))
  servers.push(...(await Promise.all([1, 2, 3].map(() => ServerProcess.start(folder)))))
})

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  removeFolder(folder)
})

describe('four processes on one SQLite file', () => {
  it(`E04 rotate once for ${callers} callers with the same token, ${rounds} times over, and give all the same successor`, {
    timeout: 10_000 + rounds * 2_000,
  }, async () => {
    const opened = await signIn(urlOf(0))
    let token = opened.refreshToken
    for (let round = 0; round < rounds; round++) {
      const answers = await Promise.all(
        Array.from({ length: callers }, (_, caller) => refresh(urlOf(caller), token)),
      )
      const successors = new Set(answers.map((answer) => tokensOf(answer).refreshToken))
      expect([...successors]).toEqual([expect.any(String)])
      expect(successors).not.toContain(token)
      token = first(successors)
    }
    expect(sessionRow(opened)).toEqual({ counter: rounds, ended_at: null })
    expect(eventsOf(opened)).toEqual([
      { event: 'refresh_repeated', count: rounds * (callers - 1) },
      { event: 'sign_in', count: 1 },
    ])
  })

  it('E12 a sign-out at one of them holds at once at the others, where the session is read', async () => {
    const tokens = await signIn(urlOf(0))
    const asker = await makeAsker()
    for (const { url } of servers) {
      expect(await statusOf(url, '/users/me', tokens.accessToken)).toBe(200)
      expect(await introspect(url, tokens.accessToken, asker)).toMatchObject({ active: true })
    }
    await signOut(urlOf(0), tokens)
    for (const { url } of servers) {
      expect(await statusOf(url, '/users/me', tokens.accessToken)).toBe(401)
      expect(await introspect(url, tokens.accessToken, asker)).toEqual({ active: false })
      expect(await introspect(url, tokens.refreshToken, asker)).toEqual({ active: false })
      const { status, body } = await refresh(url, tokens.refreshToken)
      expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_grant' })
    }
  })

  it('F10 and refuses the access token soon on routes that read nothing', async () => {
    const tokens = await signIn(urlOf(0))
    for (const { url } of servers) {
      expect(await statusOf(url, '/items/', tokens.accessToken)).toBe(200)
    }
    await signOut(urlOf(0), tokens)
    expect(await statusOf(urlOf(0), '/items/', tokens.accessToken)).toBe(401)
    for (const { url } of servers) {
      const soon = { timeout: 5_000, interval: 20 }
      await expect.poll(() => statusOf(url, '/items/', tokens.accessToken), soon).toBe(401)
    }
  })

  it('F10 and every one of them tells others of it by its status list', async () => {
    const [ended, live] = [await signIn(urlOf(0)), await signIn(urlOf(1))]
    for (const { url } of servers) expect(await listedStatus(url, ended)).toBe(0)
    await signOut(urlOf(2), ended)
    for (const { url } of servers) {
      const soon = { timeout: 5_000, interval: 50 }
      await expect.poll(() => listedStatus(url, ended), soon).toBe(1)
      expect(await listedStatus(url, live)).toBe(0)
    }
  })
})

/** What a process's list has at the place of a token (draft-ietf-oauth-status-list section 4.1). */
async function listedStatus(url: string, { accessToken }: Tokens): Promise<number> {
  const { idx, uri } = payloadOf(accessToken).status.status_list
  const answer = await fetch(url + new URL(uri).pathname)
  const { lst } = payloadOf(await answer.text()).status_list
  const byte = inflateSync(Buffer.from(lst, 'base64url'))[idx >> 2] ?? Number.NaN
  return (byte >> ((idx & 3) * 2)) & 3
}

function payloadOf(token: string) {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

function urlOf(caller: number): string {
  const server = servers[caller % servers.length]
  if (server === undefined) throw new Error('No server was started')
  return server.url
}

function first([one]: Iterable<string>): string {
  if (one === undefined) throw new Error('Nobody was answered')
  return one
}

async function signOut(url: string, { refreshToken }: Tokens): Promise<void> {
  expect(await postForm(url, '/revoke', { token: refreshToken })).toEqual({ status: 200, body: {} })
}

function sessionRow({ accessToken }: Tokens): unknown {
  const query = 'select counter, ended_at from sessions where id = ?'
  return rowsOf(folder, query, sessionIdOf(accessToken))[0]
}

function eventsOf({ accessToken }: Tokens): unknown[] {
  const query =
    'select event, count(*) as count from audit where session_id = ? group by event order by event'
  return rowsOf(folder, query, sessionIdOf(accessToken))
}

interface Asker {
  client_id: string
  client_secret: string
}

/** A client that may ask about every token; made at the second process, asked for at all. */
async function makeAsker(): Promise<Asker> {
  const password = servers[0]?.adminPassword ?? ''
  const admin = await signIn(urlOf(0), { username: 'admin', password, scope: 'admin' })
  const answer = await fetch(`${urlOf(1)}/admin/clients`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${admin.accessToken}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      id: 'asker',
      name: 'Asker',
      grants: ['client_credentials'],
      scopes: ['introspect'],
    }),
  })
  const { client_secret: secret } = await answer.json()
  expect({ status: answer.status, secret }).toEqual({ status: 201, secret: expect.any(String) })
  return { client_id: 'asker', client_secret: String(secret) }
}

async function introspect(url: string, token: string, asker: Asker): Promise<unknown> {
  const { status, body } = await postForm(url, '/introspect', { token, ...asker })
  expect(status).toBe(200)
  return body
}

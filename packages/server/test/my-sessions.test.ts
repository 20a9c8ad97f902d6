/** Contract, section 6: `/users/me/sessions`. */

import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { type TestServer, testServer } from './test-server.js'
import {
  type Answer,
  addClient,
  alive,
  basic,
  claimsOf,
  dead,
  entries,
  guardedStatuses,
  refresh,
  refreshed,
  sendJson,
  signedIn,
} from './token-requests.js'

const url = '/users/me/sessions'
const minute = 60_000
const hour = 60 * minute
const rightPassword = { current_password: 'correct horse battery' }

function expectProblem(answer: Answer, status: number): void {
  expect(answer.statusCode).toBe(status)
  expect(answer.headers['content-type']).toContain('application/problem+json')
  expect(answer.json()).toMatchObject({
    type: 'about:blank',
    title: expect.any(String),
    status,
    detail: expect.any(String),
  })
}

function expectRecentSignInWanted(answer: Answer): void {
  expectProblem(answer, 401)
  expect(answer.headers['www-authenticate']).toBe(
    'Bearer error="insufficient_user_authentication", max_age="300"',
  )
}

const sidOf = (token: string) => String(claimsOf(token).sid)

for (const database of databases) {
  describe(`${url} on ${database.name}`, () => {
    async function serverWithAlice(settings = {}): Promise<TestServer> {
      const server = await testServer({ databaseUrl: await database.url(), ...settings })
      await server.addUser()
      return server
    }

    it('E12 lists where one is signed in, the newest first, by the hour, and nothing of others', async () => {
      const server = await serverWithAlice()
      await server.addUser({ username: 'bob' })
      await signedIn(server, { username: 'bob' })
      const phone = await signedIn(server, {}, { 'user-agent': 'Phone/1.0' })
      const ended = await signedIn(server)
      await server.postForm('/revoke', { token: ended.refresh_token })
      server.pass(2 * hour + 25 * minute)
      const laptop = await signedIn(server, {}, { 'user-agent': 'x'.repeat(5000) })
      const answer = await server.get(url, laptop.access_token)
      expect(answer.statusCode).toBe(200)
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(answer.json()).toEqual({
        items: [
          {
            id: sidOf(laptop.access_token),
            current: true,
            client_id: 'first-party',
            address: '127.0.0.1',
            user_agent: 'x'.repeat(256),
            created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
            last_used_at: expect.stringMatching(/:00:00\.000Z$/),
          },
          expect.objectContaining({
            id: sidOf(phone.access_token),
            current: false,
            user_agent: 'Phone/1.0',
          }),
        ],
        next_cursor: null,
      })
      const { items } = answer.json()
      expect(items[0].last_used_at <= items[0].created_at).toBe(true)
      // Use moves the hour on.
      await refreshed(server, phone.refresh_token)
      const after = (await server.get(url, laptop.access_token)).json()
      expect(after.items[1].last_used_at > items[1].last_used_at).toBe(true)
    })

    it('E12 E08 leaves out what nobody could go on with, by the lifetimes of each client', async () => {
      const server = await serverWithAlice({ refreshIdleTtl: '1d', sessionTtl: '3d' })
      const terms = { grants: ['password'] as const, refreshIdleTtl: 4 * 86_400 }
      for (const id of ['patient', 'gone']) {
        await addClient(server, id, { ...terms, confidential: false })
      }
      const day = 24 * hour
      await signedIn(server)
      await signedIn(server, { client_id: 'patient' })
      await signedIn(server, { client_id: 'gone' })
      server.pass(day + 1)
      await server.latchkey.clientRegistry.remove('gone', { actor: 'test' })
      const { access_token: token } = await signedIn(server)
      const listed = (await server.get(url, token)).json().items
      expect(listed.map((one: { client_id: string }) => one.client_id)).toEqual([
        'first-party',
        'patient',
      ])
    })

    it('E12 is paged by a cursor', async () => {
      const server = await serverWithAlice()
      const tokens = []
      for (let count = 0; count < 5; count++) {
        tokens.push(await signedIn(server))
        if (count % 2 === 0) server.pass(1)
      }
      const token = tokens[4]?.access_token ?? ''
      const whole = (await server.get(url, token)).json().items
      expect(whole).toHaveLength(5)
      const found: unknown[] = []
      let cursor: string | null = null
      let pages = 0
      do {
        const query: string = cursor === null ? '?limit=2' : `?limit=2&cursor=${cursor}`
        const page = (await server.get(`${url}${query}`, token)).json()
        expect(page.items.length).toBeLessThanOrEqual(2)
        found.push(...page.items)
        cursor = page.next_cursor
        pages++
      } while (cursor !== null)
      expect(pages).toBe(3)
      expect(found).toEqual(whole)
    })

    it('E12 ends another session after a recent sign-in, at once on every route', async () => {
      const server = await serverWithAlice()
      const other = await signedIn(server)
      const mine = await signedIn(server)
      // Times in tokens are whole seconds.
      server.pass(5 * minute - 1000)
      const answer = await sendJson(
        server,
        'DELETE',
        `${url}/${sidOf(other.access_token)}`,
        mine.access_token,
      )
      expect(answer.statusCode).toBe(204)
      expect(await guardedStatuses(server, other.access_token)).toEqual(dead)
      expect((await refresh(server, other.refresh_token)).statusCode).toBe(400)
      expect(await guardedStatuses(server, mine.access_token)).toEqual(alive)
      const [event] = await entries(server, 'session_ended')
      expect(event).toMatchObject({ session_id: sidOf(other.access_token) })
      expect(event?.actor).toBe(`user:${claimsOf(mine.access_token).sub}`)
    })

    it('E12 after five minutes asks for the password, which a refresh does not stand in for', async () => {
      const server = await serverWithAlice()
      const other = await signedIn(server)
      const first = await signedIn(server)
      server.pass(5 * minute + 1000)
      const mine = await refreshed(server, first.refresh_token)
      const there = `${url}/${sidOf(other.access_token)}`
      for (const path of [there, url]) {
        expectRecentSignInWanted(await sendJson(server, 'DELETE', path, mine.access_token))
        expectRecentSignInWanted(
          await sendJson(server, 'DELETE', path, mine.access_token, {
            current_password: 'not the password',
          }),
        )
      }
      expect(await guardedStatuses(server, other.access_token)).toEqual(alive)
      const answer = await sendJson(server, 'DELETE', there, mine.access_token, rightPassword)
      expect(answer.statusCode).toBe(204)
      expect(await guardedStatuses(server, other.access_token)).toEqual(dead)
    })

    it('E12 a wrong password is refused even after a recent sign-in', async () => {
      const server = await serverWithAlice()
      const mine = await signedIn(server)
      expectRecentSignInWanted(
        await sendJson(server, 'DELETE', url, mine.access_token, { current_password: 'wrong' }),
      )
      expect(await guardedStatuses(server, mine.access_token)).toEqual(alive)
    })

    it('E12 one’s own session is ended without any of it', async () => {
      const server = await serverWithAlice()
      const mine = await signedIn(server)
      server.pass(20 * minute)
      const path = `${url}/${sidOf(mine.access_token)}`
      expect((await sendJson(server, 'DELETE', path, mine.access_token)).statusCode).toBe(204)
      expect(await guardedStatuses(server, mine.access_token)).toEqual(dead)
      expect((await refresh(server, mine.refresh_token)).statusCode).toBe(400)
    })

    it('E12 signs out everywhere, and nobody else', async () => {
      const server = await serverWithAlice()
      await server.addUser({ username: 'bob' })
      const bob = await signedIn(server, { username: 'bob' })
      const all = [await signedIn(server), await signedIn(server), await signedIn(server)]
      const token = all[0]?.access_token ?? ''
      expect((await sendJson(server, 'DELETE', url, token)).statusCode).toBe(204)
      for (const tokens of all) {
        expect(await guardedStatuses(server, tokens.access_token)).toEqual(dead)
        expect((await refresh(server, tokens.refresh_token)).statusCode).toBe(400)
      }
      expect(await guardedStatuses(server, bob.access_token)).toEqual(alive)
    })

    it('I10 another’s session is as unknown as one that never was', async () => {
      const server = await serverWithAlice()
      await server.addUser({ username: 'mallory' })
      const victim = await signedIn(server)
      const mallory = await signedIn(server, { username: 'mallory' })
      const answers = []
      for (const id of [sidOf(victim.access_token), 'AAAAAAAAAAAAAAAAAAAAAA', 'x', '%00']) {
        answers.push(await sendJson(server, 'DELETE', `${url}/${id}`, mallory.access_token))
      }
      for (const answer of answers) expectProblem(answer, 404)
      expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
      const id = claimsOf(victim.access_token).sub
      // What a caller says of whom it means is never heard.
      for (const query of [`?user_id=${id}`, `?sub=${id}`, '?username=alice']) {
        const list = await server.get(`${url}${query}`, mallory.access_token)
        expect(list.json().items).toHaveLength(1)
      }
      expect(await guardedStatuses(server, victim.access_token)).toEqual(alive)
    })
  })
}

describe(url, () => {
  it('needs the scope account', async () => {
    const server = await testServer()
    await server.addUser({ scopes: ['items'] })
    const narrow = await signedIn(server, { scope: 'items' })
    const secret = await addClient(server, 'app', { grants: ['password'], scopes: ['items'] })
    const app = await signedIn(server, {}, basic('app', secret))
    for (const { access_token: token } of [narrow, app]) {
      for (const [method, path] of [
        ['GET', url],
        ['DELETE', url],
        ['DELETE', `${url}/${sidOf(token)}`],
      ] as const) {
        const answer = await sendJson(server, method, path, token)
        expectProblem(answer, 403)
        expect(answer.headers['www-authenticate']).toBe(
          'Bearer error="insufficient_scope", scope="account"',
        )
      }
      expect((await server.get('/users/me', token)).statusCode).toBe(200)
    }
  })

  it('without a token is 401, by the exact challenge', async () => {
    const server = await testServer()
    for (const method of ['GET', 'DELETE'] as const) {
      const answer = await server.app.inject({ method, url })
      expectProblem(answer, 401)
      expect(answer.headers['www-authenticate']).toBe('Bearer')
      expect(answer.json().detail).toBe('Not authenticated')
    }
  })

  it('refuses bad fields by 422, broken JSON by 400, other methods by 405', async () => {
    const server = await testServer()
    await server.addUser()
    const { access_token: token } = await signedIn(server)
    const authorization = `Bearer ${token}`
    for (const query of [
      'limit=0',
      'limit=-1',
      'limit=1000',
      'limit=a',
      'limit=',
      'cursor=',
      'cursor=x',
      'cursor=!!',
    ]) {
      expectProblem(await server.get(`${url}?${query}`, token), 422)
    }
    for (const body of [{ current_password: 1 }, { current_password: null }, { other: 'x' }, []]) {
      expectProblem(await sendJson(server, 'DELETE', url, token, body), 422)
    }
    for (const payload of ['{', '{"current_password":"a"', '{"__proto__":{}}']) {
      const headers = { authorization, 'content-type': 'application/json' }
      expectProblem(await server.app.inject({ method: 'DELETE', url, headers, payload }), 400)
    }
    const post = await server.app.inject({ method: 'POST', url, headers: { authorization } })
    expectProblem(post, 405)
    expect(post.headers.allow).toBe('GET, DELETE')
    expect(await guardedStatuses(server, token)).toEqual(alive)
  })
})

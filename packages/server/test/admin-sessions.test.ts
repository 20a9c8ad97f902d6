/** Contract, section 6: `/admin/sessions`. */

import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { type TestServer, testServer } from './test-server.js'
import {
  addClient,
  alive,
  basic,
  claimsOf,
  dead,
  entries,
  guardedStatuses,
  refresh,
  send,
  sendJson,
  signedIn,
} from './token-requests.js'

const url = '/admin/sessions'

async function adminOf(server: TestServer): Promise<string> {
  await server.addUser({ username: 'root', scopes: ['admin'] })
  return (await signedIn(server, { username: 'root', scope: 'admin' })).access_token
}

for (const database of databases) {
  describe(`${url} on ${database.name}`, () => {
    it('E12 lists everybody’s live sessions, or one user’s, by pages', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser()
      const admin = await adminOf(server)
      const sids = [claimsOf(admin).sid]
      for (let count = 0; count < 3; count++) {
        server.pass(1000)
        sids.push(claimsOf((await signedIn(server, { scope: 'account' })).access_token).sid)
      }
      const first = (await server.get(`${url}?limit=3`, admin)).json()
      const rest = (await server.get(`${url}?limit=3&cursor=${first.next_cursor}`, admin)).json()
      expect(rest.next_cursor).toBeNull()
      const items = [...first.items, ...rest.items]
      expect(items.map(({ id }) => id)).toEqual(sids.reverse())
      expect(items[0]).toMatchObject({
        username: 'alice',
        client_id: 'first-party',
        scope: 'account',
        address: '127.0.0.1',
        created_at: expect.any(String),
        last_used_at: expect.any(String),
      })
      const root = items[3]?.user_id
      const theirs = (await server.get(`${url}?user_id=${root}`, admin)).json()
      expect(theirs.items.map(({ id }: { id: string }) => id)).toEqual([claimsOf(admin).sid])
      const nobodys = await server.get(`${url}?user_id=nobody`, admin)
      expect(nobodys.json()).toEqual({ items: [], next_cursor: null })
    })

    it('E12 ends one session, or all of a user', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser()
      const admin = await adminOf(server)
      const sessions = [await signedIn(server), await signedIn(server), await signedIn(server)]
      const [one, ...others] = sessions
      const { sid, sub } = claimsOf(one?.access_token ?? '')
      expect((await sendJson(server, 'DELETE', `${url}/${sid}`, admin)).statusCode).toBe(204)
      expect((await sendJson(server, 'DELETE', `${url}/${sid}`, admin)).statusCode).toBe(404)
      expect(await guardedStatuses(server, one?.access_token ?? '')).toEqual(dead)
      for (const { access_token } of others) {
        expect(await guardedStatuses(server, access_token)).toEqual(alive)
      }
      const all = await sendJson(server, 'DELETE', `${url}?user_id=${sub}`, admin)
      expect(all.statusCode).toBe(204)
      for (const { access_token, refresh_token } of sessions) {
        expect(await guardedStatuses(server, access_token)).toEqual(dead)
        expect((await refresh(server, refresh_token)).statusCode).toBe(400)
      }
      expect((await server.get(url, admin)).statusCode).toBe(200)
      const events = await entries(server, 'session_ended')
      expect(events.map(({ actor }) => actor)).toEqual(Array(2).fill(`user:${claimsOf(admin).sub}`))
    })
  })
}

describe(url, () => {
  it('I07 is for a token with the scope admin, which must be asked for, of a user who has it', async () => {
    const server = await testServer()
    await server.addUser()
    const admin = await adminOf(server)
    const plain = (await signedIn(server)).access_token
    const notAsked = (await signedIn(server, { username: 'root' })).access_token
    const presumed = await send(server, '/oauth/token', {
      username: 'alice',
      password: 'correct horse battery',
      scope: 'admin',
    })
    expect(presumed.json()).toMatchObject({ error: 'invalid_scope' })
    for (const [method, path] of [
      ['GET', url],
      ['DELETE', `${url}?user_id=x`],
      ['DELETE', `${url}/x`],
      ['GET', '/admin/clients'],
      ['POST', '/admin/clients'],
      ['GET', '/admin/clients/x'],
      ['PATCH', '/admin/clients/x'],
      ['DELETE', '/admin/clients/x'],
      ['POST', '/admin/clients/x/secrets'],
    ] as const) {
      const without = await server.app.inject({ method, url: path })
      expect([without.statusCode, without.headers['www-authenticate']]).toEqual([401, 'Bearer'])
      for (const token of [plain, notAsked]) {
        const answer = await sendJson(server, method, path, token)
        expect(answer.statusCode).toBe(403)
        expect(answer.headers['content-type']).toContain('application/problem+json')
        expect(answer.headers['www-authenticate']).toBe(
          'Bearer error="insufficient_scope", scope="admin"',
        )
      }
    }
    expect((await server.get(url, admin)).statusCode).toBe(200)
  })

  it('I07 an admin whose session has ended is none', async () => {
    const server = await testServer()
    const admin = await adminOf(server)
    await server.latchkey.users.setDisabled('root', true, { actor: 'test' })
    expect((await server.get(url, admin)).statusCode).toBe(401)
  })

  it('needs to know whose sessions to end, and refuses bad fields by 422', async () => {
    const server = await testServer()
    const admin = await adminOf(server)
    for (const [method, query] of [
      ['DELETE', ''],
      ['DELETE', '?user_id='],
      ['GET', '?limit=x'],
      ['GET', '?cursor=x'],
      ['GET', '?user_id='],
      ['GET', '?user_id=%00'],
      ['DELETE', '?user_id=%00'],
    ] as const) {
      const answer = await sendJson(server, method, `${url}${query}`, admin)
      expect(answer.statusCode).toBe(422)
      expect(answer.json()).toMatchObject({ status: 422, detail: expect.any(String) })
    }
    expect((await server.get(url, admin)).statusCode).toBe(200)
  })

  it('I07 a client with the scope admin speaks for no user', async () => {
    const server = await testServer()
    const secret = await addClient(server, 'batch', {
      grants: ['client_credentials'],
      scopes: ['admin'],
    })
    const fields = { grant_type: 'client_credentials', scope: 'admin' }
    const answer = await send(server, '/oauth/token', fields, basic('batch', secret))
    expect((await server.get(url, answer.json().access_token)).statusCode).toBe(403)
  })
})

/** What an admin does about one user among many, from a scrap of a name to the end of it, over HTTP alone. */

import { describe, expect, it } from 'vitest'
import type { Instant } from '../src/store/schema.js'
import { databases } from './databases.js'
import { entry, NOW, user } from './store/rows.js'
import { testServer } from './test-server.js'
import {
  claimsOf,
  dead,
  entries,
  guardedStatuses,
  refresh,
  send,
  sendJson,
  signedIn,
} from './token-requests.js'

describe.each(databases)('an admin on $name', (database) => {
  it('finds one user by a part of the name, ends a session and all of them, and disables the user', async () => {
    const server = await testServer({ databaseUrl: await database.url() })
    const { store } = server.latchkey
    await store.partSupply.complete(0)
    for (let number = 0; number < 60; number++) {
      const names = { username: `user${number}`, created_at: (NOW + number) as Instant }
      const row = user({ ...names, email_key: `user${number}@example.com` })
      await store.users.create(row, null, entry())
    }
    const thief = { username: 'Mallory.Schmidt', password: 'a stolen but long one' }
    await server.addUser({ ...thief, email: 'm.schmidt@example.org' })
    await server.addUser()
    await server.addUser({ username: 'root', scopes: ['admin'] })
    const tokens = [
      await signedIn(server, thief),
      await signedIn(server, thief),
      await signedIn(server, thief),
    ]
    const bystander = await signedIn(server)
    const admin = (await signedIn(server, { username: 'root', scope: 'admin' })).access_token
    const get = async (path: string) => (await server.get(path, admin)).json()

    // All of those that have it, page by page, and each of them once.
    const names: string[] = []
    let cursor = ''
    do {
      const page = await get(`/admin/users?search=%40example.com&limit=25${cursor}`)
      names.push(...page.items.map(({ username }: { username: string }) => username))
      cursor = page.next_cursor === null ? '' : `&cursor=${page.next_cursor}`
    } while (cursor !== '')
    expect(new Set(names).size).toBe(60)
    expect(names).toHaveLength(60)

    const found = await get('/admin/users?search=SCHM')
    expect(found).toMatchObject({ items: [{ username: thief.username }], next_cursor: null })
    expect(await get('/admin/users?search=m.sch')).toEqual(found)
    const { id } = found.items[0]

    const sessions = await get(`/admin/sessions?user_id=${id}`)
    const sids = tokens.map(({ access_token }) => claimsOf(access_token).sid)
    expect(sessions.items.map((one: { id: string }) => one.id).toSorted()).toEqual(sids.toSorted())

    const [first, second] = tokens.map(({ access_token }) => access_token)
    const ended = await sendJson(server, 'DELETE', `/admin/sessions/${sids[0]}`, admin)
    expect(ended.statusCode).toBe(204)
    expect(await guardedStatuses(server, first ?? '')).toEqual(dead)
    expect(await guardedStatuses(server, second ?? '')).toEqual([200, 200])

    server.pass(1_000)
    const shown = await server.get(`/admin/users/${id}`, admin)
    const change = (ifMatch: string) =>
      server.app.inject({
        method: 'PATCH',
        url: `/admin/users/${id}`,
        headers: { authorization: `Bearer ${admin}`, 'if-match': ifMatch },
        payload: { disabled: true },
      })
    expect((await change(String(shown.headers.etag))).json()).toMatchObject({ disabled: true })
    // Another admin, who has looked before that.
    expect((await change(String(shown.headers.etag))).statusCode).toBe(412)

    for (const { access_token, refresh_token } of tokens) {
      expect(await guardedStatuses(server, access_token)).toEqual(dead)
      expect((await refresh(server, refresh_token)).statusCode).toBe(400)
    }
    expect((await send(server, '/token', thief)).statusCode).toBe(401)
    expect(await get(`/admin/sessions?user_id=${id}`)).toEqual({ items: [], next_cursor: null })
    expect(await guardedStatuses(server, bystander.access_token)).toEqual([200, 200])
    const disabled = await get('/admin/users?search=schm&disabled=true')
    expect(disabled.items.map((one: { id: string }) => one.id)).toEqual([id])

    const actor = `user:${claimsOf(admin).sub}`
    const told = (await entries(server)).filter((each) => each.user_id === id)
    expect(told.filter((each) => each.actor === actor).map(({ event }) => event)).toEqual([
      'user_disabled',
      'session_ended',
    ])
  })
})

/** `/admin/mails`: what was sent, and, for development alone, what it says. */

import pino from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openLatchkey } from '../src/latchkey.js'
import { buildApp } from '../src/serve.js'
import { mailsOf } from '../src/testing/mails.js'
import { databases } from './databases.js'
import { mailServer } from './mail-server.js'
import { from, type MailingServer, mailingServer, reset } from './mailing-server.js'
import { signedIn } from './token-requests.js'

const url = '/admin/mails'

async function adminOf(server: MailingServer): Promise<string> {
  await server.addUser({ username: 'root', scopes: ['admin'] })
  return (await signedIn(server, { username: 'root', scope: 'admin' })).access_token
}

for (const database of databases) {
  describe(`${url} on ${database.name}`, () => {
    it('lists mails page by page, of one user, and in one state', async () => {
      const server = await mailingServer({ databaseUrl: await database.url() })
      const admin = await adminOf(server)
      await server.addUser()
      const { id: userId } = await server.latchkey.users.get('alice')
      const to = { address: 'alice@example.com', userId }
      const ids: string[] = []
      for (let count = 0; count < 5; count++) {
        ids.unshift(await server.queue('password_changed', { username: 'alice' }, to))
      }
      await server.queue('invitation', { url: reset.url }, { address: 'b@example.com' })
      expect((await server.get(`${url}/%00`, admin)).statusCode).toBe(404)
      const first = await server.get(`${url}?limit=2&user_id=${userId}&state=kept`, admin)
      expect(first.headers['cache-control']).toBe('no-store')
      const time = expect.stringMatching(/Z$/)
      expect(first.json().items[0]).toEqual({
        id: ids[0],
        kind: 'password_changed',
        state: 'kept',
        to: 'alice@example.com',
        user_id: userId,
        attempts: 0,
        fault: null,
        created_at: time,
        next_attempt_at: null,
        sent_at: null,
        forgotten_at: time,
      })
      const found: string[] = []
      let next: string | null = first.json().next_cursor
      let page = first
      for (;;) {
        found.push(...page.json().items.map(({ id }: { id: string }) => id))
        if (next === null) break
        page = await server.get(`${url}?limit=2&user_id=${userId}&state=kept&cursor=${next}`, admin)
        next = page.json().next_cursor
      }
      expect(found).toEqual(ids)
      const kept = await server.get(`${url}?state=kept`, admin)
      expect(kept.json().items).toHaveLength(6)
      expect((await server.get(`${url}?state=sent`, admin)).json().items).toEqual([])
      expect((await server.get(url, admin)).json().items[0].kind).toBe('invitation')
    })
  })
}

describe('a mail', () => {
  it('can be read where there is no mail server, for development', async () => {
    const server = await mailingServer()
    const admin = await adminOf(server)
    const id = await server.queue('password_reset', reset)
    const shown = await server.get(`${url}/${id}`, admin)
    expect(shown.json()).toMatchObject({ id, state: 'kept', subject: expect.any(String) })
    expect(shown.json().text).toContain(reset.url)
    expect(shown.json().html).toContain(reset.url)
    const listed = await server.get(url, admin)
    expect(listed.body).not.toContain('token=')
  })

  it('I08 can not where it goes out by a mail server', async () => {
    const smtp = await mailServer()
    await smtp.stop()
    const server = await mailingServer({
      smtpUrl: `smtp://127.0.0.1:${smtp.port}`,
      mailFrom: from,
    })
    const admin = await adminOf(server)
    const id = await server.queue('password_reset', reset)
    const shown = await server.get(`${url}/${id}`, admin)
    expect(shown.json()).toMatchObject({ id, state: 'queued' })
    expect(shown.json()).not.toHaveProperty('subject')
    expect(shown.body).not.toContain('token=')
  })

  it('I08 can not in earnest without a mail server either, which the log warns of', async () => {
    const server = await mailingServer()
    const admin = await adminOf(server)
    const id = await server.queue('password_reset', reset)
    const lines: string[] = []
    const log = pino({}, { write: (line: string) => void lines.push(line) })
    const { settings, store } = server.latchkey
    const inEarnest = await openLatchkey(settings, { log, store })
    onTestFinished(() => inEarnest.postman.close())
    await inEarnest.start()
    const app = await buildApp({ log }, inEarnest)
    const headers = { authorization: `Bearer ${admin}` }
    const shown = await app.inject({ url: `${url}/${id}`, headers })
    expect([shown.statusCode, shown.json().id]).toEqual([200, id])
    expect(shown.json()).not.toHaveProperty('text')
    expect(shown.body).not.toContain('token=')
    expect(lines.join('')).toContain('no mail server is set')
    expect(server.log.join('')).not.toContain('no mail server is set')
  })

  it('is for admins, and refused what is no query, no mail and no method', async () => {
    const server = await mailingServer()
    const admin = await adminOf(server)
    await server.addUser()
    const user = await server.signIn()
    const id = await server.queue('password_reset', reset)
    for (const path of [url, `${url}/${id}`]) {
      expect((await server.app.inject(path)).statusCode).toBe(401)
      expect((await server.get(path, user)).statusCode).toBe(403)
      const headers = { authorization: `Bearer ${admin}` }
      const deleted = await server.app.inject({ method: 'DELETE', url: path, headers })
      expect([deleted.statusCode, deleted.headers.allow]).toEqual([405, 'GET'])
    }
    for (const query of [
      'state=lost',
      'limit=0',
      'cursor=x',
      'user_id=a%20b',
      'state=sent&state=kept',
    ]) {
      expect((await server.get(`${url}?${query}`, admin)).statusCode, query).toBe(422)
    }
    for (const unknown of ['one', '%00', 'a'.repeat(500)]) {
      expect((await server.get(`${url}/${unknown}`, admin)).statusCode).toBe(404)
    }
  })
})

describe('mails in latchkey/testing', () => {
  it('are as they would have been sent, in order, with the links in them', async () => {
    const server = await mailingServer()
    await server.queue('password_changed', { username: 'alice' })
    await server.queue('invitation', { url: reset.url }, { address: 'b@example.com' })
    await server.queue('password_reset', reset)
    const mails = await mailsOf(server.latchkey)
    expect(mails.map(({ kind, link, token }) => [kind, link, token])).toEqual([
      ['password_changed', undefined, undefined],
      ['invitation', reset.url, 'abc'],
      ['password_reset', reset.url, 'abc'],
    ])
    const [toOther, ...more] = await mailsOf(server.latchkey, 'b@example.com')
    expect(more).toEqual([])
    expect(toOther).toMatchObject({
      to: 'b@example.com',
      subject: 'You are invited to 127.0.0.1:8000',
      html: expect.stringContaining(reset.url),
    })
  })
})

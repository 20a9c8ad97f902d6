/** Contract, section 7: what passwords may be chosen, and what is said of those that may not. */

import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sharedServer, type TestServer, testServer } from './test-server.js'
import { sendJson, signedIn } from './token-requests.js'

const url = '/password-strength'

function rate(server: TestServer, body: unknown) {
  return server.app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  })
}

describe(`POST ${url}`, () => {
  const server = sharedServer()

  it('G04 says how good a password is, and what to do better', async () => {
    const weak = await rate(server(), { password: 'qwertyuiop' })
    expect(weak.headers['cache-control']).toBe('no-store')
    expect(weak.json()).toEqual({
      score: 0,
      acceptable: false,
      reason: expect.stringContaining('many people use it'),
      suggestions: expect.arrayContaining([expect.stringMatching(/words/)]),
    })
    const strong = await rate(server(), { password: 'wombat lantern seventeen gravel' })
    expect(strong.json()).toEqual({ score: 4, acceptable: true, reason: null, suggestions: [] })
    const owner = { username: 'maria', email: 'jo.gruber@wine.example' }
    const personal = await rate(server(), { ...owner, password: 'gruber1984' })
    expect(personal.json()).toMatchObject({ acceptable: false, reason: /little more/ })
    expect((await rate(server(), { password: 'gruber1984' })).json().acceptable).toBe(true)
  })

  it('G03 asks for no kinds of characters', async () => {
    for (const password of [
      'abc',
      'aaaaaaaaaaaa',
      'abcdefgh1234',
      'Password',
      '12.03.1984',
      'asdfghjk',
      'drowssap1',
    ]) {
      const { suggestions } = (await rate(server(), { password })).json()
      expect(suggestions.length).toBeGreaterThan(0)
      expect(suggestions.join(' ')).not.toMatch(/upper|capital|must|special/i)
    }
  })

  it('J03 is not held up by the longest passwords, and answers others at the same time', async () => {
    const long = Array.from({ length: 6 }, (_, at) =>
      rate(server(), { password: `p4ssw0rd${at}`.repeat(100) }),
    )
    const alive = await server().app.inject('/healthz')
    expect(alive.statusCode).toBe(200)
    for (const answer of await Promise.all(long)) expect(answer.statusCode).toBe(200)
  })

  it('J03 refuses what is more than can be rated in time', async () => {
    const many = await Promise.all(
      Array.from({ length: 60 }, (_, at) => rate(server(), { password: `another ${at} of many` })),
    )
    expect(new Set(many.map(({ statusCode }) => statusCode))).toEqual(new Set([200, 503]))
    const busy = many.find(({ statusCode }) => statusCode === 503)
    expect(Number(busy?.headers['retry-after'])).toBeGreaterThan(0)
  })

  it('refuses other bodies, and other methods', async () => {
    for (const body of [
      {},
      { password: 1 },
      { password: 'x'.repeat(1025) },
      { password: 'x', hint: 'y' },
      [],
      null,
    ]) {
      expect([body, (await rate(server(), body)).statusCode]).toEqual([body, 422])
    }
    expect((await server().app.inject({ method: 'GET', url })).statusCode).toBe(405)
  })

  it('K01 logs nothing of the password', async () => {
    const password = 'never to be seen anywhere'
    await rate(server(), { password, username: 'maria' })
    expect(server().log.join('\n')).not.toContain('never to be seen')
  })
})

describe('a password that is refused', () => {
  it('G04 is answered with what to do better', async () => {
    const server = await testServer()
    await server.addUser()
    const { access_token: token } = await signedIn(server)
    const answer = await sendJson(server, 'POST', '/users/me/password', token, {
      new_password: 'alice1234',
    })
    expect(answer.statusCode).toBe(422)
    expect(answer.json()).toMatchObject({
      detail: expect.stringContaining('little more than your name'),
      suggestions: expect.arrayContaining([expect.stringContaining('nothing to do with you')]),
    })
  })

  it('G04 may be in the file of breached ones; without the file none is set, and sign-ins go on', async () => {
    const path = join(tmpdir(), `latchkey-breached-${process.pid}.txt`)
    const digest = createHash('sha1').update('wombat lantern seventeen').digest('hex').toUpperCase()
    writeFileSync(path, `${digest}:3\r\n`)
    onTestFinished(() => rmSync(path, { force: true }))
    const server = await testServer({ breachedPasswords: path })
    await server.addUser({ password: 'gravel wombat lantern' })
    const { access_token: token } = await signedIn(server, { password: 'gravel wombat lantern' })
    const change = (password: string) =>
      sendJson(server, 'POST', '/users/me/password', token, { new_password: password })
    const known = await change('wombat lantern seventeen')
    expect([known.statusCode, known.json().detail]).toEqual([422, expect.stringContaining('theft')])
    rmSync(path)
    const closed = await change('wombat lantern eighteen')
    expect(closed.statusCode).toBe(503)
    expect(closed.body).not.toContain(path)
    await signedIn(server, { password: 'gravel wombat lantern' })
  })
})

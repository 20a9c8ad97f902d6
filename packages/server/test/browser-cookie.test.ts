/** Contract, section 3: the refresh token in a cookie, for browsers. */

import { describe, expect, it } from 'vitest'
import { type TestServer, testServer } from './test-server.js'
import {
  type Answer,
  addClient,
  alive,
  dead,
  doors,
  guardedStatuses,
  refresh,
  send,
  signedIn,
} from './token-requests.js'

const asked = { 'latchkey-session': 'cookie' }
const own = 'http://127.0.0.1:8000'
const listed = 'https://app.example.com'
const refreshGrant = { grant_type: 'refresh_token' }

/** The one cookie of an answer: its value and its attributes. */
function cookieOf(answer: Answer): { name: string; value: string; attributes: string[] } {
  const header = [answer.headers['set-cookie'] ?? []].flat()
  expect(header).toHaveLength(1)
  const [pair = '', ...attributes] = (header[0] ?? '').split('; ')
  const [name = '', value = ''] = pair.split('=')
  return { name, value, attributes: attributes.sort() }
}

async function signInByCookie(server: TestServer, door: string = '/oauth/token') {
  const answer = await send(
    server,
    door,
    { username: 'alice', password: 'correct horse battery' },
    asked,
  )
  expect(answer.statusCode).toBe(200)
  const { name, value } = cookieOf(answer)
  return { answer, value, cookie: `${name}=${value}`, access: answer.json().access_token as string }
}

describe('the session cookie', () => {
  it.each(doors)(
    'on loopback http is latchkey-dev at %s, and the body has no refresh token',
    async (door) => {
      const server = await testServer()
      await server.addUser()
      const { answer } = await signInByCookie(server, door)
      const { name, value, attributes } = cookieOf(answer)
      expect(name).toBe('latchkey-dev')
      expect(value).toMatch(/^lkr_[\w-]+$/)
      expect(attributes).toEqual(['HttpOnly', 'Max-Age=2592000', 'Path=/', 'SameSite=Strict'])
      expect(answer.json()).not.toHaveProperty('refresh_token')
      expect(answer.body).not.toContain(value)
    },
  )

  it('under an https issuer is __Host-latchkey, and Secure', async () => {
    const server = await testServer({ issuer: 'https://auth.example.com' })
    await server.addUser()
    const { answer, cookie } = await signInByCookie(server)
    const { name, attributes } = cookieOf(answer)
    expect(name).toBe('__Host-latchkey')
    expect(attributes).toEqual([
      'HttpOnly',
      'Max-Age=2592000',
      'Path=/',
      'SameSite=Strict',
      'Secure',
    ])
    // The name without the prefix, which a neighbour's host could set, is not read.
    const tossed = {
      ...asked,
      origin: 'https://auth.example.com',
      cookie: cookie.replace('__Host-latchkey', 'latchkey-dev'),
    }
    expect((await send(server, '/oauth/token', refreshGrant, tossed)).json()).toMatchObject({
      error: 'invalid_grant',
    })
    const right = { ...tossed, cookie }
    expect((await send(server, '/oauth/token', refreshGrant, right)).statusCode).toBe(200)
    for (const origin of [
      'http://auth.example.com',
      'http://127.0.0.1:8000',
      'https://auth.example.com:8443',
    ]) {
      expect(
        (await send(server, '/oauth/token', refreshGrant, { ...right, origin })).statusCode,
      ).toBe(403)
    }
  })

  it('is not set for who did not ask, nor for a client that may not refresh', async () => {
    const server = await testServer()
    await server.addUser()
    const fields = { username: 'alice', password: 'correct horse battery' }
    for (const headers of [{}, { 'latchkey-session': 'yes' }]) {
      const answer = await send(server, '/oauth/token', fields, headers)
      expect(answer.headers['set-cookie']).toBeUndefined()
      expect(answer.json()).toHaveProperty('refresh_token')
    }
    await addClient(server, 'spa', { confidential: false, grants: ['password'] })
    const answer = await send(server, '/oauth/token', { ...fields, client_id: 'spa' }, asked)
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  it.each(doors)('refreshes at %s without a token in the body, and moves on', async (door) => {
    const server = await testServer()
    await server.addUser()
    const { cookie, value } = await signInByCookie(server)
    const headers = { ...asked, origin: own, cookie: `a=b; ${cookie}; c=d` }
    const answer = await send(server, door, refreshGrant, headers)
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).not.toHaveProperty('refresh_token')
    const next = cookieOf(answer)
    expect(next.value).not.toBe(value)
    expect(await guardedStatuses(server, answer.json().access_token)).toEqual(alive)
    server.pass(31_000)
    const again = { ...asked, origin: own, cookie: `latchkey-dev=${next.value}` }
    expect((await send(server, door, refreshGrant, again)).statusCode).toBe(200)
  })

  it('takes the issuer’s origin, by any name of loopback, and listed ones', async () => {
    const server = await testServer({ corsOrigins: listed })
    await server.addUser()
    let { cookie } = await signInByCookie(server)
    for (const origin of [own, 'http://localhost:8000', 'http://[::1]:8000', listed]) {
      const answer = await send(server, '/oauth/token', refreshGrant, { ...asked, origin, cookie })
      expect(answer.statusCode).toBe(200)
      cookie = `latchkey-dev=${cookieOf(answer).value}`
    }
  })

  it('from a foreign origin, without one, or without the header, is 403 and does no harm', async () => {
    const server = await testServer({ corsOrigins: listed })
    await server.addUser()
    const { cookie, access } = await signInByCookie(server)
    const refused: Record<string, string>[] = [
      { ...asked, cookie },
      ...[
        'https://evil.example',
        'null',
        '*',
        '',
        `${listed}.evil.example`,
        'https://app.example.com:8443',
        'http://app.example.com',
        'http://127.0.0.1:8001',
        'https://127.0.0.1:8000',
        `${own}/`,
        `${own}, ${listed}`,
      ].map((origin) => ({ ...asked, cookie, origin })),
      { cookie, origin: own },
      { cookie, origin: own, 'latchkey-session': 'body' },
    ]
    for (const headers of refused) {
      for (const door of doors) {
        const answer = await send(server, door, refreshGrant, headers)
        expect(answer.statusCode).toBe(403)
        expect(answer.json()).toHaveProperty('error_description')
        expect(answer.headers['set-cookie']).toBeUndefined()
      }
      expect((await send(server, '/revoke', {}, headers)).statusCode).toBe(403)
    }
    expect(await guardedStatuses(server, access)).toEqual(alive)
    const right = { ...asked, cookie, origin: own }
    expect((await send(server, '/oauth/token', refreshGrant, right)).statusCode).toBe(200)
  })

  it('D11 an allowlist of * lets no page use the cookie', async () => {
    const server = await testServer({ corsOrigins: '*' })
    await server.addUser()
    const { cookie } = await signInByCookie(server)
    for (const origin of [listed, '*']) {
      const answer = await send(server, '/oauth/token', refreshGrant, { ...asked, cookie, origin })
      expect(answer.statusCode).toBe(403)
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
    }
    const right = { ...asked, cookie, origin: own }
    expect((await send(server, '/oauth/token', refreshGrant, right)).statusCode).toBe(200)
  })

  it('beside a token in the body is invalid_request, and uses neither', async () => {
    const server = await testServer()
    await server.addUser()
    const { cookie, value } = await signInByCookie(server)
    const other = await signedIn(server)
    const headers = { ...asked, origin: own, cookie }
    for (const door of doors) {
      for (const token of [other.refresh_token, value]) {
        const answer = await refresh(server, token, {}, headers, door)
        expect(answer.statusCode).toBe(400)
        expect(answer.json()).toMatchObject({ error: 'invalid_request' })
      }
    }
    const revoked = await send(server, '/revoke', { token: other.refresh_token }, headers)
    expect(revoked.statusCode).toBe(400)
    expect((await refresh(server, other.refresh_token)).statusCode).toBe(200)
    expect((await send(server, '/oauth/token', refreshGrant, headers)).statusCode).toBe(200)
  })

  it('left over from before does not get in the way of who uses the body', async () => {
    const server = await testServer()
    await server.addUser()
    const { cookie } = await signInByCookie(server)
    const other = await signedIn(server)
    expect((await refresh(server, other.refresh_token, {}, { cookie })).statusCode).toBe(200)
  })

  it('is cleared by a revocation, which ends the session', async () => {
    const server = await testServer()
    await server.addUser()
    const { cookie, access } = await signInByCookie(server)
    const answer = await send(server, '/revoke', {}, { ...asked, origin: own, cookie })
    expect(answer.statusCode).toBe(200)
    const { name, value, attributes } = cookieOf(answer)
    expect([name, value]).toEqual(['latchkey-dev', ''])
    expect(attributes).toEqual(['HttpOnly', 'Max-Age=0', 'Path=/', 'SameSite=Strict'])
    expect(await guardedStatuses(server, access)).toEqual(dead)
    const after = await send(server, '/oauth/token', refreshGrant, {
      ...asked,
      origin: own,
      cookie,
    })
    expect(after.statusCode).toBe(400)
    expect(after.json()).toMatchObject({ error: 'invalid_grant' })
  })

  it('that is not there, or empty, is a session that is over, and no mistake of the client', async () => {
    const server = await testServer()
    for (const cookie of ['', 'latchkey-dev=', 'other=x', 'xlatchkey-dev=y']) {
      const headers = { ...asked, origin: own, cookie }
      for (const door of doors) {
        const refused = await send(server, door, refreshGrant, headers)
        expect([refused.statusCode, refused.json().error]).toEqual([400, 'invalid_grant'])
      }
      expect((await send(server, '/revoke', {}, headers)).statusCode).toBe(200)
      // Who did not ask for the cookie has forgotten the token.
      const plain = { origin: own, cookie }
      expect((await send(server, '/token', refreshGrant, plain)).statusCode).toBe(422)
      expect((await send(server, '/revoke', {}, plain)).statusCode).toBe(400)
    }
  })
})

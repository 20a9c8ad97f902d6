/** Contract, section 3: clients, and how they say who they are. */

import { connect } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isTcp } from '../src/loopback.js'
import { databases } from './databases.js'
import { alice, type TestServer, testServer } from './test-server.js'
import { type Answer, addClient, basic, doors, entries, send, signedIn } from './token-requests.js'

const by = { actor: 'test' }
const hour = 3_600_000

function expectInvalidClient(answer: Answer, usedBasic: boolean): void {
  expect(answer.statusCode).toBe(401)
  const body = answer.json()
  expect(body).toMatchObject({ error: 'invalid_client' })
  expect(body.detail).toBe(body.error_description)
  expect(answer.headers['cache-control']).toBe('no-store')
  if (usedBasic) expect(answer.headers['www-authenticate']).toMatch(/^Basic\b/)
  else expect(answer.headers['www-authenticate']).toBeUndefined()
}

async function serverWithAlice(): Promise<TestServer> {
  const server = await testServer()
  await server.addUser()
  return server
}

describe('a confidential client', () => {
  it.each(doors)(
    'D05 proves itself at %s by Basic or in the form, and by neither wrongly',
    async (door) => {
      const server = await serverWithAlice()
      const secret = await addClient(server, 'app', { grants: ['password'] })
      const ask = (fields: Record<string, string>, headers = {}) =>
        send(server, door, { ...alice, ...fields }, headers)
      const inForm = { client_id: 'app', client_secret: secret }
      expect((await ask({}, basic('app', secret))).statusCode).toBe(200)
      expect((await ask(inForm)).statusCode).toBe(200)
      // Naming itself again is no second method.
      expect((await ask({ client_id: 'app' }, basic('app', secret))).statusCode).toBe(200)

      for (const wrong of [`${secret}x`, secret.slice(1), secret.toUpperCase(), '']) {
        expectInvalidClient(await ask({}, basic('app', wrong)), true)
        expectInvalidClient(await ask({ client_id: 'app', client_secret: wrong }), false)
      }
      expectInvalidClient(await ask({ client_id: 'App', client_secret: secret }), false)
      expectInvalidClient(await ask({}, basic('nobody', secret)), true)
      expectInvalidClient(await ask({ client_id: 'nobody' }), false)
      expectInvalidClient(await ask({ client_secret: secret }), false)
      expectInvalidClient(await ask({}, basic('', secret)), true)

      for (const [fields, headers] of [
        [inForm, basic('app', secret)],
        [{ client_id: 'other' }, basic('app', secret)],
        [{ client_secret: secret }, basic('app', secret)],
      ] as const) {
        const answer = await ask(fields, headers)
        expect(answer.statusCode).toBe(400)
        expect(answer.json()).toMatchObject({ error: 'invalid_request' })
      }
    },
  )

  it('D06 unreadable Basic credentials are 401 with a challenge, never a 500', async () => {
    const server = await serverWithAlice()
    const encoded = (text: string) => `Basic ${Buffer.from(text, 'latin1').toString('base64')}`
    for (const authorization of [
      'Basic',
      'Basic ',
      'Basic !!!!',
      'Basic YQ=',
      'Basic YXBwOnNlY3JldA== YXBwOnNlY3JldA==',
      encoded('nocolon'),
      encoded('app:100%'),
      encoded('app:%zz'),
      encoded('app:%ff'),
      encoded('app:\xff\xfe'),
      encoded('%00:x'),
    ]) {
      for (const door of doors) {
        expectInvalidClient(await send(server, door, alice, { authorization }), true)
      }
    }
  })

  it('D06 any bytes in an Authorization header get a sound answer', async () => {
    const server = await serverWithAlice()
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), async (bytes) => {
        const authorization = `Basic ${Buffer.from(bytes).toString('base64')}`
        const answer = await send(server, '/oauth/token', {}, { authorization })
        expect([400, 401]).toContain(answer.statusCode)
      }),
      { numRuns: 200 },
    )
  })

  it('D06 ids and secrets are form-decoded before they are compared (RFC 6749 appendix B)', async () => {
    const server = await serverWithAlice()
    const secret = await addClient(server, 'app.v~1', { grants: ['password'] })
    const everyByteEscaped = (text: string) =>
      [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
    const pair = `${everyByteEscaped('app.v~1')}:${everyByteEscaped(secret)}`
    const authorization = `Basic ${Buffer.from(pair).toString('base64')}`
    expect((await send(server, '/oauth/token', alice, { authorization })).statusCode).toBe(200)
    // A plus is a blank, and no secret has one.
    expectInvalidClient(
      await send(server, '/oauth/token', alice, basic('app.v~1', secret.replace('lks_', 'lks+'))),
      true,
    )
  })

  it('B19 two Authorization headers are refused', async () => {
    const server = await serverWithAlice()
    const secret = await addClient(server, 'app', { grants: ['password'] })
    await server.app.listen({ host: '127.0.0.1', port: 0 })
    const port = server.app.addresses().find(isTcp)?.port ?? 0
    const { authorization } = basic('app', secret)
    const answer = await rawRequest(port, [
      'POST /oauth/token HTTP/1.1',
      'Host: localhost',
      'Connection: close',
      `Authorization: ${authorization}`,
      `Authorization: ${authorization}`,
      'Content-Type: application/x-www-form-urlencoded',
      'Content-Length: 33',
      '',
      'grant_type=password&username=xyza',
    ])
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toContain('"invalid_request"')
  })

  it('D05 another scheme is no client authentication: a front end may send its last token along', async () => {
    const server = await serverWithAlice()
    const answer = await send(server, '/token', alice, { authorization: 'Bearer of.old.times' })
    expect(answer.statusCode).toBe(200)
  })
})

describe('a public client', () => {
  it('sends its id alone, or with an empty secret, and never another one', async () => {
    const server = await serverWithAlice()
    await addClient(server, 'spa', { confidential: false, grants: ['password', 'refresh_token'] })
    for (const door of doors) {
      for (const [fields, headers] of [
        [{ client_id: 'spa' }, {}],
        [{ client_id: 'spa', client_secret: '' }, {}],
        [{}, basic('spa', '')],
        [{ client_id: 'first-party' }, {}],
        [{ client_id: '', client_secret: '' }, {}],
        [{}, basic('', '')],
      ] as const) {
        expect((await send(server, door, { ...alice, ...fields }, headers)).statusCode).toBe(200)
      }
      const guess = await send(server, door, { ...alice, client_id: 'spa', client_secret: 'x' })
      expectInvalidClient(guess, false)
      expectInvalidClient(await send(server, door, alice, basic('spa', 'x')), true)
      expectInvalidClient(await send(server, door, alice, basic('first-party', 'x')), true)
    }
  })

  it('can not have client_credentials', async () => {
    const server = await testServer()
    const wanted = addClient(server, 'spa', { confidential: false, grants: ['client_credentials'] })
    await expect(wanted).rejects.toMatchObject({ code: 'client_unusable', fields: ['grants'] })
  })
})

describe('what a client may', () => {
  it.each(doors)('D08 it is told at %s of a grant that is not its own', async (door) => {
    const server = await serverWithAlice()
    const secret = await addClient(server, 'app', { grants: ['refresh_token'] })
    for (const fields of [alice, { grant_type: 'client_credentials' }]) {
      const answer = await send(server, door, fields, basic('app', secret))
      expect(answer.statusCode).toBe(400)
      expect(answer.json()).toMatchObject({ error: 'unauthorized_client' })
    }
    const unknown = await send(server, door, { grant_type: 'implicit' }, basic('app', secret))
    expect(unknown.json()).toMatchObject({ error: 'unsupported_grant_type' })
    const builtIn = await send(server, door, { grant_type: 'client_credentials' })
    expect(builtIn.json()).toMatchObject({ error: 'unauthorized_client' })
  })

  it('who a client is comes before what it asks, and that before its fields', async () => {
    const server = await serverWithAlice()
    const secret = await addClient(server, 'app', { grants: ['refresh_token'] })
    const errors = [
      await send(server, '/oauth/token', { grant_type: 'x' }, basic('app', 'wrong')),
      await send(server, '/oauth/token', { grant_type: 'x' }, basic('app', secret)),
      await send(server, '/oauth/token', { grant_type: 'password' }, basic('app', secret)),
      await send(server, '/oauth/token', { grant_type: 'refresh_token' }, basic('app', secret)),
    ].map((answer) => answer.json().error)
    expect(errors).toEqual([
      'invalid_client',
      'unsupported_grant_type',
      'unauthorized_client',
      'invalid_request',
    ])
  })

  it('A08 B21 a token holds only what user and client both have, by whole scopes', async () => {
    const server = await testServer()
    await server.addUser({ scopes: ['read', 'write'] })
    const secret = await addClient(server, 'app', {
      grants: ['password'],
      scopes: ['read', 'readwrite', 'admin'],
    })
    const app = basic('app', secret)
    expect((await signedIn(server, {}, app)).scope).toBe('read')
    expect((await signedIn(server, { scope: 'read  read' }, app)).scope).toBe('read')
    for (const scope of [
      'write',
      'rea',
      'READ',
      'readwrite',
      'read account',
      'admin',
      'read,write',
    ]) {
      for (const door of doors) {
        const answer = await send(server, door, { ...alice, scope }, app)
        expect(answer.statusCode).toBe(400)
        expect(answer.json()).toMatchObject({ error: 'invalid_scope' })
      }
    }
    const none = await addClient(server, 'bare', { grants: ['password'] })
    expect(await signedIn(server, {}, basic('bare', none))).not.toHaveProperty('scope')
  })
})

for (const database of databases) {
  describe(`clients on ${database.name}`, () => {
    it('D07 an older secret is good beside the new one for the overlap, and no longer', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser()
      const { clientRegistry } = server.latchkey
      const status = async (secret: string) =>
        (await send(server, '/oauth/token', alice, basic('app', secret))).statusCode
      const first = await addClient(server, 'app', { grants: ['password'] })
      const second = await clientRegistry.addSecret('app', 3600, by)
      expect(second).toMatch(/^lks_[\w-]{43}$/)
      server.pass(hour - 10_000)
      expect([await status(first), await status(second)]).toEqual([200, 200])
      // A third does not make the first last longer.
      const third = await clientRegistry.addSecret('app', 7200, by)
      server.pass(20_000)
      expect([await status(first), await status(second), await status(third)]).toEqual([
        401, 200, 200,
      ])
      const fourth = await clientRegistry.addSecret('app', 0, by)
      expect([await status(second), await status(third), await status(fourth)]).toEqual([
        401, 401, 200,
      ])
      const stored = JSON.stringify([
        await server.latchkey.store.clients.find('app'),
        await entries(server),
        server.log,
      ])
      for (const secret of [first, second, third, fourth]) expect(stored).not.toContain(secret)
      expect(await entries(server, 'client_secret_added')).toHaveLength(3)
    })

    it('a disabled client is no client until it is enabled again', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser()
      const { clientRegistry } = server.latchkey
      const secret = await addClient(server, 'app', { grants: ['password'] })
      const app = basic('app', secret)
      const tokens = await signedIn(server, {}, app)
      await clientRegistry.edit('app', { disabled: true }, by)
      expectInvalidClient(await send(server, '/oauth/token', alice, app), true)
      expect((await server.get('/items/', tokens.access_token)).statusCode).toBe(401)
      await clientRegistry.edit('app', { disabled: false }, by)
      await signedIn(server, {}, app)
      const events = (await entries(server)).map(({ event }) => event)
      expect(events).toEqual(expect.arrayContaining(['client_disabled', 'client_enabled']))
    })

    it('A04 a client that is deleted is gone, and its id is never given again', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser()
      const { clientRegistry } = server.latchkey
      const secret = await addClient(server, 'app', { grants: ['password', 'refresh_token'] })
      const app = basic('app', secret)
      const tokens = await signedIn(server, {}, app)
      await clientRegistry.remove('app', by)
      expectInvalidClient(await send(server, '/oauth/token', alice, app), true)
      expect((await server.get('/items/', tokens.access_token)).statusCode).toBe(401)
      for (const id of ['app', 'APP', 'App']) {
        await expect(addClient(server, id)).rejects.toMatchObject({ code: 'client_id_taken' })
        await expect(server.addUser({ username: id })).rejects.toMatchObject({
          code: 'username_taken',
        })
      }
      for (const act of [
        () => clientRegistry.get('app'),
        () => clientRegistry.edit('app', { disabled: false }, by),
        () => clientRegistry.addSecret('app', 0, by),
        () => clientRegistry.remove('app', by),
      ]) {
        await expect(act()).rejects.toMatchObject({ code: 'client_unknown' })
      }
    })

    it('A04 no client id equals a username, in either order and any case', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser({ username: 'Straße' })
      await server.addUser({ username: 'Bob' })
      for (const id of ['bob', 'BOB', 'Bob', 'STRASSE', 'strasse', 'first-party', 'First-Party']) {
        await expect(addClient(server, id)).rejects.toMatchObject({ code: 'client_id_taken' })
      }
      await addClient(server, 'Shop')
      for (const username of ['shop', 'SHOP', 'Ｓｈｏｐ']) {
        await expect(server.addUser({ username })).rejects.toMatchObject({ code: 'username_taken' })
      }
      await expect(server.addUser({ username: 'FIRST-PARTY' })).rejects.toMatchObject({
        code: 'username_unusable',
      })
    })
  })
}

/** Sends bytes as they are: no client library sends two Authorization headers. */
async function rawRequest(port: number, lines: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.end(lines.join('\r\n'))
  let answer = ''
  for await (const chunk of socket) answer += chunk
  return answer
}

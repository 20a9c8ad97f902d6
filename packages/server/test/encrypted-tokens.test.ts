import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createGuard } from '@latchkey/guard'
import { compactDecrypt, createLocalJWKSet, importJWK, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import type { ClientTerms } from '../src/core/client-registry.js'
import { databases } from './databases.js'
import { encryptionKeys, type KeyFile, p256Key } from './encryption-keys.js'
import { alice, issuer, type TestServer, testServer } from './test-server.js'
import {
  addClient,
  alive,
  basic,
  claimsOf,
  dead,
  guardedStatuses,
  refreshed,
  send,
  signedIn,
} from './token-requests.js'

/** Opens a token as another implementation does, by its key alone. */
async function opened(token: string, { jwk }: KeyFile) {
  const { plaintext, protectedHeader } = await compactDecrypt(
    token,
    await importJWK(JSON.parse(JSON.stringify(jwk)), String(protectedHeaderOf(token).alg)),
  )
  return { signed: new TextDecoder().decode(plaintext), header: protectedHeader }
}

function protectedHeaderOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
}

/** The database's own file and all around it, a character a byte. */
function filesBeside(databaseUrl: string): string[] {
  const folder = dirname(databaseUrl.slice('sqlite:'.length))
  return readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'))
}

async function describeToken(server: TestServer, token: string) {
  const secret = await addClient(server, 'asker', { scopes: ['introspect'] })
  return (await send(server, '/introspect', { token }, basic('asker', secret))).json()
}

for (const database of databases) {
  describe(`encrypted tokens on ${database.name}`, () => {
    it.each(Object.entries(encryptionKeys))(
      'C12 are opened by another implementation, and hold the signed one (%s)',
      async (name, make) => {
        const key = make()
        const server = await testServer({
          databaseUrl: await database.url(),
          tokenEncryption: key.path,
        })
        await server.addUser()
        const { access_token: token } = await signedIn(server)
        expect(token.split('.')).toHaveLength(5)
        const { signed, header } = await opened(token, key)
        const { epk, ...rest } = header
        expect(rest).toEqual({
          alg: name.split(' ')[0],
          enc: 'A256GCM',
          cty: 'JWT',
          ...(key.jwk.kid !== undefined && { kid: key.jwk.kid }),
        })
        expect(Object.keys(epk ?? {})).not.toContain('d')
        const { keys } = (await server.app.inject('/.well-known/jwks.json')).json()
        const verified = await jwtVerify(signed, createLocalJWKSet({ keys }), {
          issuer,
          typ: 'at+jwt',
        })
        expect(verified.payload).toMatchObject({ client_id: 'first-party' })
        expect(await guardedStatuses(server, token)).toEqual(alive)
        expect(keys).toEqual([expect.objectContaining({ use: 'sig', alg: 'EdDSA' })])
      },
    )

    it('pass at the own routes, are introspected, refreshed and revoked as signed ones', async () => {
      const { path } = p256Key()
      const server = await testServer({ databaseUrl: await database.url(), tokenEncryption: path })
      await server.addUser()
      const first = await signedIn(server)
      const second = await refreshed(server, first.refresh_token)
      for (const { access_token } of [first, second]) {
        expect(access_token.split('.')).toHaveLength(5)
        expect(await guardedStatuses(server, access_token)).toEqual(alive)
      }
      expect(await describeToken(server, second.access_token)).toMatchObject({
        active: true,
        username: 'alice',
      })
      await send(server, '/revoke', { token: first.access_token })
      for (const { access_token } of [first, second]) {
        expect(await guardedStatuses(server, access_token)).toEqual(dead)
      }
    })

    it("are a client's own tokens, too, and authenticate who asks about others", async () => {
      const { path } = p256Key()
      const server = await testServer({ databaseUrl: await database.url(), tokenEncryption: path })
      const terms: ClientTerms = { grants: ['client_credentials'], scopes: ['introspect'] }
      const secret = await addClient(server, 'nightly', terms)
      const form = { grant_type: 'client_credentials', scope: 'introspect' }
      const answer = await send(server, '/oauth/token', form, basic('nightly', secret))
      const token: string = answer.json().access_token
      expect(token.split('.')).toHaveLength(5)
      const authorization = `Bearer ${token}`
      const described = await send(server, '/introspect', { token }, { authorization })
      expect(described.json()).toMatchObject({ active: true, client_id: 'nightly' })
      await send(server, '/revoke', { token }, basic('nightly', secret))
      expect((await server.get('/items/', token)).statusCode).toBe(401)
    })

    it('outlive a restart with the same key; with another one a refresh brings new ones', async () => {
      const databaseUrl = await database.url()
      const { path } = p256Key()
      const first = await testServer({ databaseUrl, tokenEncryption: path })
      await first.addUser()
      const { access_token: token, refresh_token } = await signedIn(first)
      await first.app.close()

      const second = await testServer({ databaseUrl, tokenEncryption: path })
      expect(await guardedStatuses(second, token)).toEqual(alive)
      await second.app.close()

      const third = await testServer({ databaseUrl, tokenEncryption: p256Key('b').path })
      expect(await guardedStatuses(third, token)).toEqual(dead)
      const next = await refreshed(third, refresh_token)
      expect(await guardedStatuses(third, next.access_token)).toEqual(alive)
    })

    it('are turned on and off without signing anybody out', async () => {
      const databaseUrl = await database.url()
      const { path } = p256Key()
      const settings: Record<string, string>[] = [{}, { tokenEncryption: path }, {}]
      let held: { access_token: string; refresh_token: string } | undefined
      for (const each of settings) {
        const server = await testServer({ databaseUrl, ...each })
        if (held === undefined) {
          await server.addUser()
          held = await signedIn(server)
        } else {
          expect(await guardedStatuses(server, held.access_token)).toEqual(dead)
          held = await refreshed(server, held.refresh_token)
        }
        expect(await guardedStatuses(server, held.access_token)).toEqual(alive)
        await server.app.close()
      }
    })

    it('beside them signed ones are refused, but still end their session at /revoke', async () => {
      const databaseUrl = await database.url()
      const before = await testServer({ databaseUrl })
      await before.addUser()
      const { access_token: token, refresh_token } = await signedIn(before)
      await before.app.close()

      const server = await testServer({ databaseUrl, tokenEncryption: p256Key().path })
      expect(await guardedStatuses(server, token)).toEqual(dead)
      expect(await describeToken(server, token)).toEqual({ active: false })
      const { access_token: next } = await refreshed(server, refresh_token)
      expect((await send(server, '/revoke', { token })).statusCode).toBe(200)
      expect(await guardedStatuses(server, next)).toEqual(dead)
    })

    it('K01 C05 keep their key out of the database, the audit log, the log and all answers', async () => {
      const databaseUrl = await database.url()
      const { path, jwk } = p256Key()
      const server = await testServer({ databaseUrl, tokenEncryption: path })
      await server.addUser()
      const { access_token: token } = await signedIn(server)
      const parts = token.split('.')
      const answers = [
        await server.get('/users/me', token),
        await server.get('/users/me', parts.with(3, 'AAAA').join('.')),
        await server.get('/users/me', parts.with(4, '').join('.')),
        await send(server, '/introspect', { token: parts.with(1, '').join('.') }),
        await send(server, '/revoke', { token: parts.slice(0, 4).join('.') }),
        await server.app.inject('/.well-known/jwks.json'),
        await server.app.inject('/.well-known/oauth-authorization-server'),
        await server.app.inject('/openapi.json'),
      ]
      const audit = await server.latchkey.store.audit.list({ limit: 100 })
      const seen = [
        server.log.join(''),
        JSON.stringify(audit.rows),
        ...answers.map(({ body, headers }) => body + JSON.stringify(headers)),
        ...(database.name === 'SQLite' ? filesBeside(databaseUrl) : []),
      ]
      const bytes = Buffer.from(jwk.d ?? expect.fail('it has no d'), 'base64url')
      for (const text of seen) {
        for (const form of ['base64url', 'base64', 'hex', 'latin1'] as const) {
          expect(text.includes(bytes.toString(form).replace(/=+$/, ''))).toBe(false)
        }
      }
      for (const secret of [token, parts[3] ?? '']) {
        expect(server.log.join('').includes(secret)).toBe(false)
      }
    })
  })
}

describe('encrypted tokens at an API', () => {
  it('C12 pass a guard that has the key, and no other', async () => {
    const key = p256Key()
    const server = await testServer({ tokenEncryption: key.path })
    await server.addUser()
    const token = await server.signIn()
    const jwks = (await server.app.inject('/.well-known/jwks.json')).json()
    const options = { jwks, issuer, audience: issuer }
    const refused = { code: 'invalid_token', status: 401 }
    const guard = createGuard({ ...options, decryptionKey: [p256Key('b').jwk, key.jwk] })
    await expect(guard.verify(token)).resolves.toMatchObject({ clientId: 'first-party' })
    await expect(createGuard(options).verify(token)).rejects.toMatchObject(refused)
    const stranger = createGuard({ ...options, decryptionKey: p256Key().jwk })
    await expect(stranger.verify(token)).rejects.toMatchObject(refused)
  })

  it('are made in the compatible form as well', async () => {
    const key = p256Key()
    const secret = 'a secret of the tests that is long enough 4711'
    const server = await testServer({
      tokenEncryption: key.path,
      signingAlgorithm: 'HS256',
      hs256Secret: secret,
      subject: 'username',
    })
    await server.addUser()
    const token = await server.signIn()
    expect(claimsOf((await opened(token, key)).signed)).toMatchObject({ sub: alice.username })
    const guard = createGuard({
      secret,
      algorithms: ['HS256'],
      typ: 'JWT',
      decryptionKey: key.jwk,
    })
    await expect(guard.verify(token)).resolves.toMatchObject({ subject: 'alice' })
    expect(await guardedStatuses(server, token)).toEqual(alive)
  })

  it('cost the decryption once: a token seen before is answered at once', async () => {
    const server = await testServer({ tokenEncryption: p256Key().path })
    await server.addUser()
    const sent = [`Bearer ${await server.signIn()}`]
    const first = server.latchkey.guard.authenticate(sent)
    expect(first).toBeInstanceOf(Promise)
    expect(server.latchkey.guard.authenticate(sent)).toBeInstanceOf(Promise)
    const principal = await first
    expect(server.latchkey.guard.authenticate(sent)).toMatchObject({ subject: principal.subject })
  })
})

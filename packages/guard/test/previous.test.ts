/** A guard by keys that takes over from one by a shared secret, as a FastAPI application's services have it. */

import { createHmac, createPublicKey } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { createGuardOn, type Guard } from '../src/guard.js'
import { createGuard } from '../src/index.js'
import { Clock, until } from './clock.js'
import { encrypted, recipients } from './encryption.js'
import { FakeIssuer, json, paths, text } from './fake-issuer.js'
import { audience, issuer, mint, mintText, noon, platforms, secret, signers } from './tokens.js'

const invalid = { code: 'invalid_token', detail: 'The access token is invalid or has expired' }
const previous = { secret, algorithms: ['HS256'], typ: 'JWT' } as const
const { EdDSA, ES256, HS256 } = signers
const jwks = {
  keys: [EdDSA, ES256].map(({ jwk, kid, algorithm }) => ({ ...jwk, kid, alg: algorithm })),
}

/** As python-jose makes it: no `kid`, and two claims. */
function tutorials(claims: object = {}, header: object = {}): string {
  return mintText(
    HS256,
    JSON.stringify({ alg: 'HS256', typ: 'JWT', ...header }),
    JSON.stringify({ sub: 'johndoe', exp: noon + 1800, ...claims }),
  )
}

describe.each(platforms)('a guard with a previous secret, on %s', (_, platform) => {
  const make = (more: object = {}, of: object = {}): Guard =>
    createGuardOn(platform, {
      jwks,
      issuer,
      audience,
      now: () => noon * 1000,
      previous: { ...previous, ...of },
      ...more,
    })
  const passes = async (guard: Guard, token: string) => (await guard.verify(token)).subject
  const isRefused = (guard: Guard, token: string) =>
    expect(guard.verify(token)).rejects.toMatchObject(invalid)

  it('takes tokens by its keys, and those of before', async () => {
    const guard = make()
    expect(await passes(guard, mint(EdDSA))).toBe('user-1')
    expect(await passes(guard, mint(ES256))).toBe('user-1')
    expect(await passes(guard, tutorials())).toBe('johndoe')
    // Seen before, and with the name of a key, which a secret does not go by.
    expect(await passes(guard, tutorials())).toBe('johndoe')
    expect(await passes(guard, tutorials({}, { kid: EdDSA.kid }))).toBe('johndoe')
  })

  it('B01 B03 takes none that a public key was used as a secret for', async () => {
    const guard = make()
    const { jwk } = EdDSA
    const { kty = '', crv = '', x = '' } = jwk
    const publicKey = createPublicKey({ key: { kty, crv, x }, format: 'jwk' })
    const forms = [
      publicKey.export({ type: 'spki', format: 'pem' }),
      publicKey.export({ type: 'spki', format: 'der' }),
      Buffer.from(x, 'base64url'),
      JSON.stringify(jwk),
    ]
    for (const form of forms) {
      const forger = {
        ...HS256,
        sign: (input: string) => createHmac('sha256', form).update(input).digest(),
      }
      await isRefused(guard, mint(forger, {}, { kid: EdDSA.kid }))
      await isRefused(guard, mint(forger, {}, { kid: EdDSA.kid, typ: 'JWT' }))
    }
  })

  it('B01 B02 takes none that says another algorithm than its key has', async () => {
    const guard = make()
    for (const alg of ['EdDSA', 'ES256', 'RS256', 'none', 'hs256', ['HS256'], null]) {
      await isRefused(guard, tutorials({}, { alg, kid: EdDSA.kid }))
    }
    await isRefused(guard, mint(EdDSA, {}, { alg: 'HS256', typ: 'JWT' }))
  })

  it('B12 B13 asks of each what its own signer was made for', async () => {
    const guard = make()
    const bare = { aud: undefined, iss: undefined }
    // What is enough of the one is not of the other.
    await isRefused(guard, mint(EdDSA, bare, { typ: 'JWT' }))
    await isRefused(guard, mint(EdDSA, {}, { typ: 'JWT' }))
    await isRefused(guard, mint(EdDSA, { aud: undefined }))
    await isRefused(guard, mint(HS256))
    await isRefused(guard, tutorials({ aud: audience }))
    const addressed = make({}, { issuer: 'https://old.example', audience: 'old' })
    await isRefused(addressed, tutorials())
    await isRefused(addressed, tutorials({ iss: issuer, aud: audience }))
    expect(await passes(addressed, tutorials({ iss: 'https://old.example', aud: 'old' }))).toBe(
      'johndoe',
    )
    expect(await passes(addressed, mint(EdDSA))).toBe('user-1')
  })

  it('refuses them when they are over, and all of them once it is gone', async () => {
    await isRefused(make(), tutorials({ exp: noon - 31 }))
    await isRefused(make({ previous: undefined }), tutorials())
  })

  it('B17 remembers none for longer than its issuer stays the same', async () => {
    let now = 'https://old.example'
    const guard = make({}, { issuer: () => now, audience: null })
    const token = tutorials({ iss: 'https://old.example' })
    expect(await passes(guard, token)).toBe('johndoe')
    now = 'https://new.example'
    await isRefused(guard, token)
    now = 'https://old.example'
    expect(await passes(guard, token)).toBe('johndoe')
  })

  it('asks a status of its own for all of them', async () => {
    const guard = make({
      status: ({ sub }: { sub: string }) => (sub === 'eve' ? 'revoked' : 'valid'),
    })
    expect(await passes(guard, tutorials())).toBe('johndoe')
    await isRefused(guard, tutorials({ sub: 'eve' }))
    await isRefused(guard, mint(EdDSA, { sub: 'eve' }))
  })

  it('opens encrypted ones of both', async () => {
    const recipient = recipients['P-256']
    const guard = make({ decryptionKey: recipient.jwk })
    expect(await passes(guard, await encrypted(recipient, tutorials()))).toBe('johndoe')
    expect(await passes(guard, await encrypted(recipient, mint(EdDSA)))).toBe('user-1')
    await isRefused(guard, tutorials())
  })

  describe('that asks its issuer', () => {
    const guards: Guard[] = []
    const issuers: FakeIssuer[] = []
    afterEach(async () => {
      for (const guard of guards.splice(0)) guard.close()
      await Promise.all(issuers.splice(0).map((each) => each.stop()))
    })

    async function start() {
      const clock = new Clock()
      const server = await FakeIssuer.start(clock)
      issuers.push(server)
      const options = { issuer: server.url, audience, previous, now: clock.now } as const
      const guard = createGuardOn(platform, options, clock.schedule)
      guards.push(guard)
      /** As the server makes them in the compatible form. */
      const before = (index: number) => {
        const { iat, exp, iss, aud: _, ...claims } = claimsOf(server.token(index))
        return tutorials({ ...claims, sub: 'alice', iat, exp, iss })
      }
      return { clock, server, guard, before }
    }

    it('looks up whether its own were revoked, and takes those that cannot be', async () => {
      const { server, guard, before } = await start()
      server.mark(6, 1)
      server.mark(7, 3)
      expect(await passes(guard, server.token(5))).toBe('user-1')
      expect(await passes(guard, before(5))).toBe('alice')
      expect(await passes(guard, tutorials())).toBe('johndoe')
      await isRefused(guard, before(6))
      await expect(guard.verify(before(7))).rejects.toMatchObject({ detail: 'claims changed' })
      await isRefused(guard, tutorials({ iss: server.url }))
      await isRefused(guard, mint(EdDSA, { iss: server.url }))
    })

    it('reads lists that the secret signs, and those of the keys that come after', async () => {
      const { clock, server, guard, before } = await start()
      server.mark(6, 1)
      server.answers.set(paths.keys, json({ keys: [] }))
      server.answers.set(paths.list, text(server.listToken(0, {}, {}, HS256)))
      await guard.ready()
      expect(await passes(guard, before(5))).toBe('alice')
      await isRefused(guard, before(6))
      // The key is published before it signs.
      server.answers.delete(paths.keys)
      await clock.turn(30)
      server.answers.delete(paths.list)
      server.mark(8, 1)
      expect(await passes(guard, server.token(5))).toBe('user-1')
      await clock.turn(5)
      await until(async () => (await guard.verify(before(8)).catch(() => 'refused')) === 'refused')
      expect(await passes(guard, server.token(5))).toBe('user-1')
      expect(await passes(guard, before(5))).toBe('alice')
    })

    it('C08 reads no keys early for tokens of the secret', async () => {
      const { server, guard } = await start()
      await guard.ready()
      await isRefused(guard, tutorials({ exp: noon - 31 }, { kid: 'nobody' }))
      expect(await passes(guard, tutorials({}, { kid: 'nobody' }))).toBe('johndoe')
      expect(server.callsOf(paths.keys)).toBe(1)
    })
  })
})

describe('the option previous', () => {
  const byKeys = { jwks, issuer, audience }

  it.each<[string, unknown]>([
    ['beside a secret', { ...previous, previous }],
    [
      'beside keys for HS256',
      { keys: () => undefined, issuer, audience, algorithms: ['HS256'], previous },
    ],
    ['that is null', { ...byKeys, previous: null }],
    ['that is a list', { ...byKeys, previous: [previous] }],
    ['without algorithms', { ...byKeys, previous: { secret, typ: 'JWT' } }],
    ['for another algorithm', { ...byKeys, previous: { ...previous, algorithms: ['EdDSA'] } }],
    ['without a secret', { ...byKeys, previous: { algorithms: ['HS256'], typ: 'JWT' } }],
    ['with a short secret', { ...byKeys, previous: { ...previous, secret: 'x'.repeat(31) } }],
    ['of an unknown typ', { ...byKeys, previous: { ...previous, typ: 'jwt' } }],
    ['for RFC 9068 without an issuer', { ...byKeys, previous: { ...previous, typ: undefined } }],
    ['with an issuer and no audience', { ...byKeys, previous: { ...previous, issuer } }],
    ['with what is the guard’s own', { ...byKeys, previous: { ...previous, leeway: 0 } }],
    ['with one of its own', { ...byKeys, previous: { ...previous, previous } }],
  ])('is refused %s', (_, options) => {
    // As a caller without types might write them.
    expect(() => Reflect.apply(createGuard, undefined, [options])).toThrow(TypeError)
  })
})

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

import { describe, expect, it } from 'vitest'
import { requires } from '../src/fastify.js'
import { createGuardOn } from '../src/guard.js'
import { createGuard } from '../src/index.js'
import { allKeys, audience, issuer, mint, noon, platforms, signers } from './tokens.js'

const url = 'https://api.example.com/items/'
const now = () => noon * 1000
const options = {
  jwks: { keys: [{ ...signers.ES256.jwk, kid: signers.ES256.kid }] },
  issuer,
  audience,
}

function requestWith(authorization?: string): Request {
  return new Request(url, authorization === undefined ? {} : { headers: { authorization } })
}

describe.each(platforms)('a guard on %s', (_, platform) => {
  const common = { keys: allKeys(platform), issuer, audience, now }
  const token = mint(signers.ES256)

  it('B20 lets nobody in particular pass where tokens are optional, but no bad token', async () => {
    const guard = createGuardOn(platform, common)
    const passed = async (authorization?: string, scopes?: string[]) =>
      guard.checkOptional(requestWith(authorization), scopes)
    expect(await passed()).toEqual({ principal: undefined })
    expect(await passed('Basic dTpw')).toEqual({ principal: undefined })
    expect((await passed(`Bearer ${token}`)).principal?.subject).toBe('user-1')
    expect((await passed('Bearer x')).refusal?.status).toBe(401)
    expect((await passed('Bearer ')).refusal?.status).toBe(401)
    expect((await passed(`Bearer ${token}, Basic dTpw`)).refusal?.status).toBe(400)
    expect((await passed(`Bearer ${token}`, ['admin'])).refusal?.status).toBe(403)
  })

  it('asks for a recent sign-in (RFC 9470) once the scopes are there', async () => {
    const guard = createGuardOn(platform, common)
    const checked = (scopes: string[], maxAge: number) =>
      guard.check(requestWith(`Bearer ${token}`), scopes, { maxAge })
    expect((await checked(['items:read'], 60)).principal?.subject).toBe('user-1')
    expect((await checked(['items:read'], 59)).refusal?.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_user_authentication", max_age="59"',
    )
    expect((await checked(['admin'], 59)).refusal?.status).toBe(403)
  })

  it('says in every challenge where its metadata are (RFC 9728), and what is in them', async () => {
    const resource = 'https://api.example.com/v1/'
    const scopes = ['items:read', 'admin']
    const guard = createGuardOn(platform, { ...common, scopes, resourceMetadata: { resource } })
    const metadata = 'https://api.example.com/.well-known/oauth-protected-resource/v1'
    const challenge = async (authorization?: string, wanted: string[] = []) =>
      (await guard.check(requestWith(authorization), wanted)).refusal?.headers.get(
        'www-authenticate',
      )
    const pointer = `resource_metadata="${metadata}"`
    expect(await challenge()).toBe(`Bearer ${pointer}`)
    expect(await challenge('Bearer a, Basic b')).toBe(`Bearer error="invalid_request", ${pointer}`)
    expect(await challenge('Bearer x')).toMatch(
      new RegExp(`^Bearer error="invalid_token", .*, ${pointer}$`),
    )
    expect(await challenge(`Bearer ${token}`, ['admin'])).toBe(
      `Bearer error="insufficient_scope", scope="admin", ${pointer}`,
    )
    await expect(guard.verify('x')).rejects.toMatchObject({
      challenge: expect.stringContaining(pointer),
    })
    expect(guard.resourceMetadata()).toEqual({
      url: metadata,
      path: '/.well-known/oauth-protected-resource/v1',
      metadata: {
        resource,
        authorization_servers: [issuer],
        scopes_supported: scopes,
        bearer_methods_supported: ['header'],
      },
    })
  })
})

it('resourceMetadata needs the URL of the API', () => {
  expect(() => createGuard(options).resourceMetadata()).toThrow(TypeError)
  for (const resource of ['', 'api', 'http://api.example.com', `${url}#a`, `${url}?a`]) {
    expect(() => createGuard({ ...options, resourceMetadata: { resource } })).toThrow(TypeError)
  }
})

describe('a guard that was told its scopes', () => {
  const guard = createGuard({ ...options, now, scopes: ['items:read', 'items:write'] })

  it('has no route that asks for another, and such a route does not compile', async () => {
    expect(() => requires(guard, 'items:read', 'items:write')).not.toThrow()
    // @ts-expect-error a misspelt scope
    expect(() => requires(guard, 'items:raed')).toThrow(TypeError)
    // @ts-expect-error a misspelt scope
    await expect(guard.verify(mint(signers.ES256), ['items:raed'])).rejects.toThrow(TypeError)
    const principal = await guard.verify(mint(signers.ES256), ['items:read'])
    expect(principal.scopes.includes('items:read')).toBe(true)
    // @ts-expect-error a misspelt scope
    expect(principal.scopes.includes('items:raed')).toBe(false)
  })

  it('can be told them as a type alone', () => {
    const typed = createGuard<'items:read'>(options)
    requires(typed, 'items:read')
    // @ts-expect-error a misspelt scope
    requires(typed, 'items:raed')
    requires(createGuard(options), 'anything')
  })

  it('refuses what is no list of scopes', () => {
    for (const scopes of [['a b'], [''], 'items:read', [1]]) {
      expect(() => Reflect.apply(createGuard, undefined, [{ ...options, scopes }])).toThrow(
        TypeError,
      )
    }
  })
})

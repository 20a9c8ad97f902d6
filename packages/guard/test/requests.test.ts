import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { createGuardOn, type Guard } from '../src/guard.js'
import { allKeys, audience, issuer, mint, noon, platforms, signers } from './tokens.js'

const token = mint(signers.EdDSA)
const unauthenticated = {
  code: 'no_credentials',
  status: 401,
  detail: 'Not authenticated',
  challenge: 'Bearer',
}
const several = {
  code: 'invalid_request',
  status: 400,
  challenge: 'Bearer error="invalid_request"',
}
const invalid = { code: 'invalid_token', status: 401 }

describe.each(platforms)('a request to a guard on %s', (_, platform) => {
  let guard: Guard
  beforeAll(() => {
    guard = createGuardOn(platform, {
      keys: allKeys(platform),
      issuer,
      audience,
      now: () => noon * 1000,
    })
  })

  /** Refusals come at once or by promise, as the platform is. */
  async function authenticate(authorization: string[], scopes?: string[]) {
    return guard.authenticate(authorization, scopes)
  }

  it('B19 passes with one bearer token, its scheme in any case', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER', 'bEaReR', 'Bearer  ', 'Bearer   ']) {
      expect((await authenticate([`${scheme} ${token}`])).subject).toBe('user-1')
    }
  })

  it('B20 gets a bare challenge if it has no bearer credentials', async () => {
    const digest = 'Digest username="a, b", realm="x", nc=00000001, qop=auth, uri="/, bearer x"'
    const others = ['', 'Basic dTpw', 'Negotiate abc', digest, token, `Token ${token}`, 'Bearerx y']
    await expect(authenticate([])).rejects.toMatchObject(unauthenticated)
    for (const value of others) {
      await expect(authenticate([value]), value).rejects.toMatchObject(unauthenticated)
    }
  })

  it('B19 is refused with two Authorization headers, or several credentials in one', async () => {
    const bearer = `Bearer ${token}`
    const headers = [
      [bearer, bearer],
      [bearer, 'Basic dTpw'],
      ['Basic dTpw', bearer],
      ['', bearer],
      [`${bearer}, ${bearer}`],
      [`${bearer},${bearer}`],
      [`Basic dTpw, ${bearer}`],
      [`${bearer}, Basic dTpw`],
      ['Basic dTpw, Basic dTpw'],
      [`${bearer},`],
    ]
    for (const authorization of headers) {
      await expect(authenticate(authorization)).rejects.toMatchObject(several)
    }
  })

  it('is refused with an empty token, or one with spaces', async () => {
    for (const value of [
      'Bearer',
      'Bearer ',
      'Bearer    ',
      'Bearer a b',
      `Bearer ${token} x`,
      'Bearer \t',
    ]) {
      await expect(authenticate([value])).rejects.toMatchObject(invalid)
    }
  })

  it('never makes the guard fail in another way, whatever its headers hold', async () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }).map((text) => `Bearer ${text}`),
      fc.array(fc.base64String()).map((parts) => `Bearer ${parts.join('.')}`),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 2 }), async (authorization) => {
        const codes = expect.stringMatching(/^(no_credentials|invalid_request|invalid_token)$/)
        await expect(authenticate(authorization)).rejects.toMatchObject({ code: codes })
      }),
    )
  })

  it('B20 is told which scopes it lacks', async () => {
    await expect(authenticate([`Bearer ${token}`], ['items:read'])).resolves.toBeDefined()
    await expect(authenticate([`Bearer ${token}`], ['items:read', 'admin'])).rejects.toMatchObject({
      code: 'insufficient_scope',
      status: 403,
      challenge: 'Bearer error="insufficient_scope", scope="items:read admin"',
    })
  })

  it('B21 has exactly the scopes that its token names, whole and in their case', async () => {
    const scope = fc.stringMatching(/^[a-c:]{1,3}$/)
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(scope), scope, async (granted, wanted) => {
        const bearer = `Bearer ${mint(signers.HS256, { scope: granted.join(' ') })}`
        const passed = await authenticate([bearer], [wanted]).then(
          () => true,
          () => false,
        )
        expect(passed).toBe(granted.includes(wanted))
      }),
      { numRuns: 60 },
    )
    for (const wanted of ['items', 'items:rea', 'items:readx', 'ITEMS:READ']) {
      await expect(authenticate([`Bearer ${token}`], [wanted])).rejects.toMatchObject({
        status: 403,
      })
    }
  })

  it('without a scope in its token has none', async () => {
    const bearer = `Bearer ${mint(signers.EdDSA, { scope: undefined })}`
    expect((await authenticate([bearer])).scopes).toEqual([])
    await expect(authenticate([bearer], ['account'])).rejects.toMatchObject({ status: 403 })
  })

  it('cannot be asked for scopes that would break out of the header', async () => {
    for (const scope of ['a"b', 'a b', 'a\r\nSet-Cookie: x', '', 'a\\', 'ä']) {
      await expect(authenticate([`Bearer ${token}`], [scope])).rejects.toThrow(TypeError)
    }
  })

  it('as a web Request gets its principal, or the Response to answer with', async () => {
    const url = 'https://api.example.com/items/'
    const good = new Request(url, { headers: { Authorization: `Bearer ${token}` } })
    expect((await guard.check(good, ['items:read'])).principal?.subject).toBe('user-1')

    const { refusal } = await guard.check(good, ['admin'])
    expect(refusal?.status).toBe(403)
    expect(Object.fromEntries(refusal?.headers ?? [])).toEqual({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-type': 'application/problem+json',
      'www-authenticate': 'Bearer error="insufficient_scope", scope="admin"',
    })
    expect(await refusal?.json()).toEqual({
      type: 'about:blank',
      title: 'Forbidden',
      status: 403,
      detail: 'This needs the scope admin',
    })
  })

  it('B19 as a web Request with two headers, or with its token elsewhere, is refused', async () => {
    const twice = new Headers([
      ['Authorization', `Bearer ${token}`],
      ['Authorization', `Bearer ${token}`],
    ])
    const two = await guard.check(new Request('https://api.example.com/', { headers: twice }))
    expect(two.refusal?.status).toBe(400)
    const elsewhere = new Request(`https://api.example.com/?access_token=${token}`, {
      method: 'POST',
      body: new URLSearchParams({ access_token: token }),
      headers: { Cookie: `access_token=${token}` },
    })
    expect((await guard.check(elsewhere)).refusal?.status).toBe(401)
  })

  it('gets 503 with Retry-After while revocation cannot be known', async () => {
    const unsure = createGuardOn(platform, {
      keys: allKeys(platform),
      issuer,
      audience,
      now: () => noon * 1000,
      status: () => 'unknown',
    })
    const headers = { Authorization: `Bearer ${token}` }
    const { refusal } = await unsure.check(new Request('https://api.example.com/', { headers }))
    expect(refusal?.status).toBe(503)
    expect(refusal?.headers.get('retry-after')).toBe('5')
    expect(refusal?.headers.has('www-authenticate')).toBe(false)
  })

  it('does not pass when the source of revocations fails, which is no refusal', async () => {
    const failing = createGuardOn(platform, {
      keys: allKeys(platform),
      issuer,
      audience,
      now: () => noon * 1000,
      status: () => {
        throw new Error('no revocations here')
      },
    })
    const headers = { Authorization: `Bearer ${token}` }
    const request = new Request('https://api.example.com/', { headers })
    await expect(failing.check(request)).rejects.toThrow('no revocations here')
  })

  it('can be asked for a recent sign-in (RFC 9470)', async () => {
    const principalOf = (auth_time?: number) => guard.verify(mint(signers.HS256, { auth_time }))
    const tooOld = {
      code: 'insufficient_user_authentication',
      status: 401,
      challenge: 'Bearer error="insufficient_user_authentication", max_age="300"',
    }
    guard.requireRecent(await principalOf(noon - 300), 300)
    guard.requireRecent(await principalOf(noon + 30), 300)
    for (const auth_time of [noon - 301, noon + 31, 0, undefined]) {
      const principal = await principalOf(auth_time)
      expect(() => guard.requireRecent(principal, 300)).toThrow(expect.objectContaining(tooOld))
    }
    const principal = await principalOf(noon)
    for (const maxAge of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => guard.requireRecent(principal, maxAge)).toThrow(TypeError)
    }
  })
})

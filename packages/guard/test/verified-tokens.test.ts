import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGuardOn } from '../src/guard.js'
import { importKey } from '../src/keys.js'
import type { TokenStatus } from '../src/options.js'
import { audience, encode, issuer, mint, noon, platforms, signers } from './tokens.js'

const signer = signers.EdDSA
const refused = { code: 'invalid_token', status: 401 }

describe.each(platforms)('tokens already seen by a guard on %s', (name, platform) => {
  /** A guard with all that may change about it in the open, counting what it computes. */
  function changeableGuard(cacheSize = 100, { jwk, algorithm } = signer) {
    const world = {
      seconds: noon,
      status: 'valid' as TokenStatus,
      key: importKey(platform, jwk, algorithm) as ReturnType<typeof importKey> | undefined,
      issuer,
      computed: 0,
    }
    const key = world.key
    if (key !== undefined) {
      world.key = {
        ...key,
        verifies: (input, signature) => {
          world.computed++
          return key.verifies(input, signature)
        },
      }
    }
    const guard = createGuardOn(platform, {
      keys: () => world.key,
      issuer: () => world.issuer,
      audience,
      status: () => world.status,
      now: () => world.seconds * 1000,
      cacheSize,
    })
    return { world, guard }
  }

  it('are verified once, and answered with the same principal', async () => {
    const { world, guard } = changeableGuard()
    const token = mint(signer)
    const first = await guard.verify(token)
    expect(await guard.verify(token)).toBe(first)
    expect(await guard.verify(token)).toBe(first)
    expect(world.computed).toBe(1)
  })

  it('are kept from the second time on where to verify them costs as little as to keep them', async () => {
    const { world, guard } = changeableGuard(100, signers.HS256)
    const token = mint(signers.HS256)
    const first = await guard.verify(token)
    const second = await guard.verify(token)
    expect(second).toEqual(first)
    expect(await guard.verify(token)).toBe(second)
    expect(world.computed).toBe(name === 'node:crypto' ? 2 : 1)
  })

  it('B17 do not outlive their expiry, nor pass before their time when a clock steps back', async () => {
    const { world, guard } = changeableGuard()
    const token = mint(signer, { nbf: noon, exp: noon + 100 })
    await guard.verify(token)
    world.seconds = noon + 129
    await expect(guard.verify(token)).resolves.toBeDefined()
    world.seconds = noon + 130
    await expect(guard.verify(token)).rejects.toMatchObject(refused)
    world.seconds = noon - 31
    await expect(guard.verify(token)).rejects.toMatchObject(refused)
    world.seconds = Number.NaN
    await expect(guard.verify(token)).rejects.toMatchObject(refused)
  })

  it('B17 do not outlive their revocation', async () => {
    const { world, guard } = changeableGuard()
    const token = mint(signer)
    await guard.verify(token)
    world.status = 'revoked'
    await expect(guard.verify(token)).rejects.toMatchObject(refused)
    world.status = 'changed'
    await expect(guard.verify(token)).rejects.toMatchObject({
      ...refused,
      challenge: 'Bearer error="invalid_token", error_description="claims changed"',
    })
    world.status = 'unknown'
    await expect(guard.verify(token)).rejects.toMatchObject({ status: 503, retryAfter: 5 })
    world.status = 'valid'
    await expect(guard.verify(token)).resolves.toBeDefined()
  })

  it('B17 die with their key, and are verified anew by the next', async () => {
    const { world, guard } = changeableGuard()
    const token = mint(signer)
    await guard.verify(token)
    world.key = undefined
    await expect(guard.verify(token)).rejects.toMatchObject(refused)
    world.key = importKey(platform, signer.jwk, 'EdDSA')
    await expect(guard.verify(token)).resolves.toBeDefined()
    world.key = importKey(platform, signers.ES256.jwk, 'ES256')
    await expect(guard.verify(token)).rejects.toMatchObject(refused)
  })

  it('B11 B17 do not outlive their issuer', async () => {
    const { world, guard } = changeableGuard()
    const token = mint(signer)
    await guard.verify(token)
    world.issuer = 'https://other.example.com'
    await expect(guard.verify(token)).rejects.toMatchObject(refused)
    await expect(guard.verify(mint(signer, { iss: world.issuer }))).resolves.toBeDefined()
  })

  it('are not mixed up: a forged token is computed each time, and refused each time', async () => {
    const { world, guard } = changeableGuard()
    const [head, payload, signature] = mint(signer).split('.')
    await guard.verify(`${head}.${payload}.${signature}`)
    const forged = `${head}.${payload}.${encode(Buffer.alloc(64, 1))}`
    await expect(guard.verify(forged)).rejects.toMatchObject(refused)
    await expect(guard.verify(forged)).rejects.toMatchObject(refused)
    expect(world.computed).toBe(3)
  })

  it('are not remembered at all with a cacheSize of 0', async () => {
    const { world, guard } = changeableGuard(0)
    const token = mint(signer)
    await guard.verify(token)
    await guard.verify(token)
    expect(world.computed).toBe(2)
  })

  it('B17 get each its own answer, by its whole text, in any order and with any neighbours', async () => {
    const subjects = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(subjects, fc.integer({ min: 0, max: 6 }), async (asked, cacheSize) => {
        const { guard } = changeableGuard(cacheSize)
        for (const sub of asked) {
          const principal = await guard.verify(mint(signer, { sub, jti: 'the same' }))
          expect(principal.subject).toBe(sub)
        }
      }),
      { numRuns: 25 },
    )
  })

  it('B17 never pass in a state in which a new guard would refuse them', async () => {
    const states = fc.record({
      seconds: fc.integer({ min: noon - 4000, max: noon + 4000 }),
      status: fc.constantFrom<TokenStatus>('valid', 'valid', 'revoked', 'changed', 'unknown'),
      issuer: fc.constantFrom(issuer, issuer, 'https://other.example.com'),
    })
    const token = mint(signer, { nbf: noon - 60 })
    await fc.assert(
      fc.asyncProperty(fc.array(states), async (steps) => {
        const { world, guard } = changeableGuard()
        for (const step of steps) {
          const fresh = changeableGuard()
          Object.assign(world, step)
          Object.assign(fresh.world, step)
          const [seen, anew] = await Promise.allSettled([
            guard.verify(token),
            fresh.guard.verify(token),
          ])
          expect(seen).toEqual(anew)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('B08 do not pass in another spelling, however small the difference', async () => {
    const { guard } = changeableGuard()
    const token = mint(signer)
    await guard.verify(token)
    const place = fc.integer({ min: 0, max: token.length })
    await fc.assert(
      fc.asyncProperty(
        place,
        fc.integer({ min: 0, max: 1 }),
        fc.string({ unit: 'binary', maxLength: 3 }),
        async (at, drop, text) => {
          const other = token.slice(0, at) + text + token.slice(at + drop)
          fc.pre(other !== token)
          await expect(guard.verify(other)).rejects.toMatchObject(refused)
        },
      ),
      { numRuns: 300 },
    )
  })
})

it('a principal is frozen all the way down, for requests share it', async () => {
  const guard = createGuardOn(platforms[0]?.[1] ?? expect.fail(), {
    keys: () => importKey(platforms[0]?.[1] ?? expect.fail(), signer.jwk, 'EdDSA'),
    issuer,
    audience,
    now: () => noon * 1000,
  })
  const principal = await guard.verify(mint(signer, { deep: { list: [{ x: 1 }] } }))
  const parts: unknown[] = [principal, principal.scopes, principal.claims]
  const { deep } = principal.claims
  for (
    let part: unknown = deep;
    typeof part === 'object' && part !== null;
    part = Object.values(part)[0]
  ) {
    parts.push(part)
  }
  expect(parts).toHaveLength(6)
  for (const part of parts) expect(Object.isFrozen(part)).toBe(true)
})

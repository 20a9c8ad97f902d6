import { expect, it } from 'vitest'
import { createGuard } from '../src/index.js'
import { testTokens } from '../src/testing.js'

it('testTokens makes tokens that a guard takes until the clock is turned', async () => {
  const tokens = await testTokens({ now: 1_800_000_000_000 })
  const guard = createGuard(tokens.guardOptions)
  const token = await tokens.valid({ sub: 'ada', scope: 'items:read' })
  const principal = await guard.verify(token, ['items:read'])
  expect(principal).toMatchObject({
    subject: 'ada',
    scopes: ['items:read'],
    expiresAt: 1_800_001_800,
  })
  tokens.advance(1829)
  await expect(guard.verify(token)).resolves.toBe(principal)
  tokens.advance(1)
  await expect(guard.verify(token)).rejects.toMatchObject({ code: 'invalid_token' })
  await expect(guard.verify(await tokens.valid())).resolves.toBeDefined()
})

it('testTokens makes tokens that no guard takes', async () => {
  const tokens = await testTokens()
  const guard = createGuard(tokens.guardOptions)
  const bad = await Promise.all([
    tokens.expired(),
    tokens.notYetValid(),
    tokens.forged(),
    tokens.tampered(),
    tokens.unsigned(),
    tokens.fromAnotherIssuer(),
    tokens.forAnotherAudience(),
    tokens.revoked(),
    (await testTokens()).valid(),
  ])
  for (const token of bad) {
    await expect(guard.verify(token)).rejects.toMatchObject({ code: 'invalid_token' })
  }
})

it('testTokens makes each bad token bad in one way only', async () => {
  const tokens = await testTokens({ issuer: 'https://a.example', audience: 'https://b.example' })
  const { guardOptions } = tokens
  const passes = async (changed: object, token: string) =>
    createGuard({ ...guardOptions, ...changed }).verify(token)
  const seconds = tokens.now() / 1000
  await passes({ issuer: 'https://another-issuer.example' }, await tokens.fromAnotherIssuer())
  await passes({ audience: 'https://another-api.example' }, await tokens.forAnotherAudience())
  await passes({ status: () => 'valid' }, await tokens.revoked())
  await passes({ now: () => (seconds - 4000) * 1000 }, await tokens.expired())
  await passes({ now: () => (seconds + 4000) * 1000 }, await tokens.notYetValid())
})

import { describe, expect, it } from 'vitest'
import { VerifiedTokens } from './verified-tokens.js'

const end = 'x'.repeat(60)
const entry = (start: string) => ({ token: `${start}.${end}` })

describe('VerifiedTokens', () => {
  it('B17 takes no token for another that ends as it does', () => {
    const seen = new VerifiedTokens(10)
    const [one, other] = [entry('one'), entry('other')]
    seen.set(one)
    expect(seen.get(one.token)).toBe(one)
    expect(seen.get(other.token)).toBeUndefined()
    seen.set(other)
    expect(seen.get(other.token)).toBe(other)
    expect(seen.get(one.token)).toBeUndefined()
  })

  it('B17 does so among the elder ones, too', () => {
    const seen = new VerifiedTokens(2)
    seen.set(entry('one'))
    seen.set({ token: 'another' })
    expect(seen.get(entry('other').token)).toBeUndefined()
    expect(seen.get(entry('one').token)).toEqual(entry('one'))
  })
})

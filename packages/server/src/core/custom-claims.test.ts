import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Client } from './clients.js'
import { CustomClaims } from './custom-claims.js'

afterEach(() => {
  vi.useRealTimers()
})

const client = { id: 'machine' } as Client

describe('a function that makes claims', () => {
  it('has five seconds, and no token waits longer', async () => {
    vi.useFakeTimers()
    const after = (milliseconds: number) =>
      new CustomClaims(
        () => new Promise((resolve) => setTimeout(() => resolve({ a: 1 }), milliseconds)),
      ).of(undefined, client)
    const inTime = after(4_999)
    const late = after(5_001).catch((error: Error) => error)
    await vi.advanceTimersByTimeAsync(4_999)
    expect(await inTime).toEqual({ a: 1 })
    await vi.advanceTimersByTimeAsync(1)
    expect(await late).toMatchObject({
      message: 'The function that makes claims failed',
      cause: { message: 'The claims took more than five seconds' },
    })
  })

  it('that answers at once leaves nothing behind that would keep a process alive', async () => {
    vi.useFakeTimers()
    expect(await new CustomClaims(() => ({})).of(undefined, client)).toEqual({})
    expect(vi.getTimerCount()).toBe(0)
  })
})

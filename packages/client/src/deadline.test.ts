import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { within } from './deadline.js'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

it('rejects when the time is over', async () => {
  const rejection = expect(within(2_000, new Promise(() => {}))).rejects.toThrow('too long')
  await vi.advanceTimersByTimeAsync(2_000)
  await rejection
})

it('has an ear for what was done while the machine slept', async () => {
  let finish = (_: string) => {}
  const read = within(
    2_000,
    new Promise<string>((resolve) => {
      finish = resolve
    }),
  )
  // The machine wakes: the timer is overdue and comes first.
  vi.runOnlyPendingTimers()
  finish('text')
  expect(await read).toBe('text')
})

it('leaves no timer behind', async () => {
  expect(await within(2_000, Promise.resolve('text'))).toBe('text')
  expect(vi.getTimerCount()).toBe(0)
})

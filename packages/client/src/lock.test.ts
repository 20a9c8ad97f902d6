import { afterEach, expect, it, vi } from 'vitest'
import { exclusively } from './lock.js'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

/** The browser's locks, with one holder that never lets go. */
function heldForEver() {
  const request = (_: string, { signal }: { signal: AbortSignal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  vi.stubGlobal('navigator', { locks: { request } })
}

it('waits for a tab that was frozen with the lock no longer than told', async () => {
  vi.useFakeTimers()
  heldForEver()
  const run = vi.fn(async () => 'done')
  const result = exclusively('name', 10_000, run)
  await vi.advanceTimersByTimeAsync(9_999)
  expect(run).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(await result).toBe('done')
})

it('runs where there are no locks, or none are allowed', async () => {
  vi.stubGlobal('navigator', undefined)
  expect(await exclusively('name', 10, async () => 'done')).toBe('done')
  const request = async () => {
    throw new DOMException('Not here', 'SecurityError')
  }
  vi.stubGlobal('navigator', { locks: { request } })
  expect(await exclusively('name', 10, async () => 'done')).toBe('done')
})

it('passes a failure on, and does not run again', async () => {
  const request = (_: string, __: object, run: () => Promise<unknown>) => run()
  vi.stubGlobal('navigator', { locks: { request } })
  const run = vi.fn(() => Promise.reject(new Error('mine')))
  await expect(exclusively('name', 10, run)).rejects.toThrow('mine')
  expect(run).toHaveBeenCalledTimes(1)
})

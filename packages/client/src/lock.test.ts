import { afterEach, expect, it, vi } from 'vitest'
import { exclusively, type Lock, tabLock } from './lock.js'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const tabs: Lock = (run, signal) => tabLock('name', run, signal)

/** The browser's locks, with one holder that never lets go. */
const heldForEver: Lock = (run, signal) => {
  const request = () =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  vi.stubGlobal('navigator', { locks: { request } })
  return tabs(run, signal)
}

/** A lock of an app's own that does not listen either. */
const deaf: Lock = () => new Promise(() => {})

it.each([
  ['a tab that was frozen with the lock', heldForEver],
  ['a lock that never answers', deaf],
])('waits for %s no longer than told', async (_, lock) => {
  vi.useFakeTimers()
  const run = vi.fn(async () => 'done')
  const result = exclusively(lock, 10_000, run)
  await vi.advanceTimersByTimeAsync(9_999)
  expect(run).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(await result).toBe('done')
})

it('runs once where the lock comes too late after all', async () => {
  vi.useFakeTimers()
  let grant = () => {}
  const late: Lock = (run) =>
    new Promise((resolve, reject) => {
      grant = () => run().then(resolve, reject)
    })
  const run = vi.fn(async () => 'done')
  const result = exclusively(late, 10, run)
  await vi.advanceTimersByTimeAsync(10)
  grant()
  expect(await result).toBe('done')
  expect(run).toHaveBeenCalledTimes(1)
})

it('waits for what has begun without the lock, however long that takes', async () => {
  vi.useFakeTimers()
  const run = () => new Promise<string>((resolve) => setTimeout(() => resolve('done'), 5_000))
  const result = exclusively(heldForEver, 10, run)
  await vi.advanceTimersByTimeAsync(5_010)
  expect(await result).toBe('done')
})

it('runs where there are no locks, or none are allowed', async () => {
  vi.stubGlobal('navigator', undefined)
  expect(await exclusively(tabs, 10, async () => 'done')).toBe('done')
  const request = async () => {
    throw new DOMException('Not here', 'SecurityError')
  }
  vi.stubGlobal('navigator', { locks: { request } })
  expect(await exclusively(tabs, 10, async () => 'done')).toBe('done')
})

it('passes a failure on, and does not run again', async () => {
  const request = (_: string, __: object, run: () => Promise<unknown>) => run()
  vi.stubGlobal('navigator', { locks: { request } })
  const run = vi.fn(() => Promise.reject(new Error('mine')))
  await expect(exclusively(tabs, 10, run)).rejects.toThrow('mine')
  expect(run).toHaveBeenCalledTimes(1)
})

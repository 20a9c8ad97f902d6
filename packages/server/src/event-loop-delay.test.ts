import { setTimeout as pause } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { EventLoopDelay } from './event-loop-delay.js'

it('J04 tells when the process could not do what was due, and when it can again', async () => {
  const delay = watched()
  expect(delay.milliseconds()).toBe(0)
  await beBusy()
  await expect.poll(delay.milliseconds, { timeout: 20_000 }).toBeGreaterThan(100)
  await expect.poll(delay.milliseconds, { timeout: 20_000 }).toBeLessThan(100)
})

it('tells of all since it was last asked, which changes nothing about how late it is', async () => {
  const delay = watched()
  expect(delay.take()).toEqual({ p50: 0, p99: 0, longest: 0 })
  await beBusy()
  await expect.poll(delay.milliseconds, { timeout: 20_000 }).toBeGreaterThan(100)
  expect(delay.take().longest).toBeGreaterThan(1_500)
  expect(delay.milliseconds()).toBeGreaterThan(100)
  expect(delay.take().longest).toBeLessThan(1_500)
  await beBusy()
  await expect.poll(delay.milliseconds, { timeout: 20_000 }).toBeGreaterThan(100)
})

function watched(): EventLoopDelay {
  const delay = new EventLoopDelay()
  delay.start()
  onTestFinished(() => delay.stop())
  return delay
}

/**
 * It measures from one look to the next: the first has to be over. Long enough to be seen among half a second of
 * looks that were in time.
 */
async function beBusy(): Promise<void> {
  await pause(40)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4_000)
}

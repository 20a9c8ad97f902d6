import { setTimeout as pause } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { watchEventLoop } from './event-loop-delay.js'

it('J04 tells when the process could not do what was due, and when it can again', async () => {
  const delay = watchEventLoop()
  onTestFinished(() => delay.stop())
  expect(delay.milliseconds()).toBe(0)
  // It measures from one look to the next: the first has to be over.
  await pause(40)
  const blocked = new Int32Array(new SharedArrayBuffer(4))
  Atomics.wait(blocked, 0, 0, 2_000)
  await pause(0)
  expect(delay.milliseconds()).toBeGreaterThan(100)
  await expect.poll(() => delay.milliseconds(), { timeout: 20_000 }).toBeLessThan(100)
})

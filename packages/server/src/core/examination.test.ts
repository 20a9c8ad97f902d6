import { expect, it } from 'vitest'
import type { Instant } from '../store/schema.js'
import { Examination, type Findings } from './examination.js'

const found: Findings = {
  findings: [],
  leftOut: [],
  version: '1',
  node: 'v24',
  engine: 'SQLite',
  databaseSize: 1,
  uptime: 1,
}

it('looks once for all who ask at the same time, and again after a few seconds', async () => {
  let [now, looks] = [1_000_000, 0]
  const examination = new Examination({
    clock: () => now as Instant,
    look: async () => ({ ...found, uptime: ++looks }),
  })
  const uptimes = async (...asked: Promise<{ uptime: number }>[]) =>
    (await Promise.all(asked)).map(({ uptime }) => uptime)
  expect(await uptimes(examination.latest(), examination.latest())).toEqual([1, 1])
  now += 4_999
  expect(await uptimes(examination.latest())).toEqual([1])
  now += 1
  expect(await uptimes(examination.latest(), examination.latest())).toEqual([2, 2])
  // A clock that was set back must not keep it from looking for hours.
  now -= 3_600_000
  expect(await uptimes(examination.latest())).toEqual([3])
})

it('does not begin a second look while one goes on, however long it takes', async () => {
  let [now, looks] = [1_000_000, 0]
  let finish = (_: Findings) => {}
  const promise = new Promise<Findings>((resolve) => {
    finish = resolve
  })
  const examination = new Examination({
    clock: () => now as Instant,
    look: () => {
      looks++
      return promise
    },
  })
  const first = examination.latest()
  now += 60_000
  const second = examination.latest()
  finish(found)
  expect(await first).toEqual({ ...found, at: 1_000_000 })
  expect(await second).toBe(await first)
  expect(looks).toBe(1)
})

it('keeps no failure', async () => {
  let looks = 0
  const examination = new Examination({
    clock: () => 1_000_000 as Instant,
    look: async () => {
      if (++looks === 1) throw new Error('once')
      return found
    },
  })
  await expect(examination.latest()).rejects.toThrow('once')
  expect(await examination.latest()).toMatchObject({ version: '1' })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Instant } from '../store/schema.js'
import { SharedClock } from './shared-clock.js'

/** A database and a machine whose clocks are apart, with a way between them that takes its time. */
function apart(ahead: number) {
  const world = { time: 1_764_000_000_000, ahead }
  const machine = () => world.time as Instant
  const warnings: number[] = []
  const clock = new SharedClock(machine, (away) => void warnings.push(away))
  const read = (there: number, back: number) =>
    clock.read(async () => {
      world.time += there
      const told = Math.floor(world.time + world.ahead) as Instant
      world.time += back
      return told
    })
  const error = () => clock.now() - (world.time + world.ahead)
  return { world, warnings, read, error, clock }
}

describe('the shared clock', () => {
  it.each([90_000, -90_000, 40, -3_600_000])(
    'goes by a database that is %d ms away',
    async (away) => {
      const { read, error } = apart(away)
      await read(2, 2)
      expect(Math.abs(error())).toBeLessThanOrEqual(3)
    },
  )

  it('is this machine’s where the two may well agree', async () => {
    const { read, clock, world } = apart(3)
    await read(1, 5)
    expect(clock.now()).toBe(world.time)
  })

  it('is never further off than the way to the database took, whichever way was slow', async () => {
    const way = fc.integer({ min: 0, max: 3_000 })
    const readings = fc.array(fc.tuple(way, way), { minLength: 1, maxLength: 30 })
    const property = fc.asyncProperty(
      fc.integer({ min: -1e6, max: 1e6 }),
      readings,
      async (ahead, all) => {
        const { read, error } = apart(ahead)
        for (const [there, back] of all) await read(there, back)
        const shortest = Math.min(...all.slice(-20).map(([there, back]) => there + back))
        expect(Math.abs(error())).toBeLessThanOrEqual(shortest + 1)
      },
    )
    await fc.assert(property)
  })

  it('M08 follows a clock that jumps, in either direction, at the next reading', async () => {
    const { read, error, world } = apart(0)
    for (const jump of [7_000, -12_000, 90_000]) {
      for (let time = 0; time < 5; time++) await read(1, 1)
      world.ahead += jump
      await read(5, 5)
      expect(Math.abs(error())).toBeLessThanOrEqual(6)
    }
  })

  it('M08 takes nothing from a reading during which this machine’s clock was set back', async () => {
    const { read, error } = apart(90_000)
    await read(1, 1)
    await read(1, -60_000)
    expect(Math.abs(error())).toBeLessThanOrEqual(2)
  })

  it('says once that this machine is far off, and again only after it was right', async () => {
    const { read, warnings, world } = apart(90_000)
    for (let time = 0; time < 3; time++) await read(1, 1)
    expect(warnings.map((away) => Math.round(away / 1_000))).toEqual([90])
    world.ahead = 0
    await read(1, 1)
    world.ahead = -6_000
    await read(1, 1)
    expect(warnings).toHaveLength(2)
  })
})

import { describe, expect, it } from 'vitest'
import { Poll } from './poll.js'

/** Work that is finished by hand, and timers that are run by hand. */
function make() {
  const finish: (() => void)[] = []
  const timers: { task: () => void; milliseconds: number }[] = []
  const poll = new Poll(
    () => new Promise((resolve) => finish.push(() => resolve(1000))),
    (task, milliseconds) => {
      const timer = { task, milliseconds }
      timers.push(timer)
      return () => void timers.splice(timers.indexOf(timer), 1)
    },
  )
  const finished = async () => {
    finish.at(-1)?.()
    await poll.run()
  }
  return { poll, timers, begun: () => finish.length, finished }
}

describe('a poll', () => {
  it('does nothing before it is told to', () => {
    const { begun, timers } = make()
    expect([begun(), timers.length]).toEqual([0, 0])
  })

  it('does its work once for all who ask while it is under way', async () => {
    const { poll, begun, finished } = make()
    const both = [poll.run(), poll.run()]
    expect(both[0]).toBe(both[1])
    await finished()
    expect(begun()).toBe(1)
  })

  it('is due again after the time that the work has said, or up to a tenth earlier', async () => {
    const { poll, begun, timers, finished } = make()
    void poll.run()
    await finished()
    const [timer] = timers
    expect(timer?.milliseconds).toBeGreaterThanOrEqual(900)
    expect(timer?.milliseconds).toBeLessThanOrEqual(1000)
    timer?.task()
    expect(begun()).toBe(2)
  })

  it('begins at once when it is urged while at rest, and then has no second timer', async () => {
    const { poll, begun, timers, finished } = make()
    void poll.run()
    await finished()
    poll.urge()
    expect([begun(), timers.length]).toEqual([2, 0])
    await finished()
    expect(timers.length).toBe(1)
  })

  it('begins once more right after what is under way when it is urged meanwhile', async () => {
    const { poll, timers, finished } = make()
    void poll.run()
    poll.urge()
    poll.urge()
    await finished()
    expect(timers.map(({ milliseconds }) => milliseconds)).toEqual([0])
    timers[0]?.task()
    await finished()
    expect(timers.at(-1)?.milliseconds).toBeGreaterThanOrEqual(900)
  })

  it('begins nothing once it is closed, and finishes what is under way', async () => {
    const { poll, begun, timers, finished } = make()
    const run = poll.run()
    poll.close()
    await finished()
    await run
    poll.urge()
    await poll.run()
    expect([begun(), timers.length]).toEqual([1, 0])
  })
})

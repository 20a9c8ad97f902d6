import { expect, it } from 'vitest'
import { schedule } from './schedule.js'

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length

it('runs a task, unless that is called off', async () => {
  const ran: string[] = []
  schedule(() => ran.push('off'), 0)()
  await new Promise<void>((resolve) => {
    schedule(() => ran.push('first'), 0)
    schedule(resolve, 1)
    // What was scheduled keeps nothing alive, and this is to come to its end.
    setTimeout(() => {}, 50)
  })
  expect(ran).toEqual(['first'])
})

it('keeps no process alive', () => {
  const before = timers()
  const callOff = schedule(() => {}, 60_000)
  expect(timers()).toBe(before)
  callOff()
})

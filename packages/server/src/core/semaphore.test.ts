import { expect, it } from 'vitest'
import { Semaphore } from './semaphore.js'

it('lets so much work go on at a time, in its order, also where some fails', async () => {
  const semaphore = new Semaphore({ atOnce: 2, longest: 10 })
  const begun: number[] = []
  const ends: (() => void)[] = []
  const work = (number: number) =>
    semaphore.run(async () => {
      begun.push(number)
      await new Promise<void>((end) => ends.push(end))
      if (number === 1) throw new Error('It fails')
      return number
    })
  const all = Promise.allSettled([1, 2, 3, 4].map(work))
  await turn()
  expect(begun).toEqual([1, 2])
  ends.shift()?.()
  await turn()
  expect(begun).toEqual([1, 2, 3])
  ends.shift()?.()
  await turn()
  expect(begun).toEqual([1, 2, 3, 4])
  for (const end of ends) end()
  expect((await all).map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ])
})

it('J03 sends away who finds too many waiting', async () => {
  const semaphore = new Semaphore({ atOnce: 1, longest: 1 })
  let end = () => {}
  const first = semaphore.run(() => new Promise<void>((resolve) => (end = resolve)))
  const second = semaphore.run(async () => 'second')
  await expect(semaphore.run(async () => 'third')).rejects.toMatchObject({ code: 'overloaded' })
  end()
  await first
  expect(await second).toBe('second')
  expect(await semaphore.run(async () => 'fourth')).toBe('fourth')
})

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

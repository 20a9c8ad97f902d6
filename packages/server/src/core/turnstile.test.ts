import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { Turnstile } from './turnstile.js'

it('lets a few pass in each turn, in the order in which they came', async () => {
  const turnstile = new Turnstile(2)
  const passed: number[] = []
  for (const caller of [1, 2, 3, 4, 5]) turnstile.pass().then(() => passed.push(caller))
  await Promise.resolve()
  expect(passed).toEqual([1, 2])
  await nextTurn()
  expect(passed).toEqual([1, 2, 3, 4])
  await nextTurn()
  expect(passed).toEqual([1, 2, 3, 4, 5])
})

it('lets nobody who comes later pass before those who wait', async () => {
  const turnstile = new Turnstile(1)
  const passed: string[] = []
  for (const caller of ['first', 'second', 'third']) {
    turnstile.pass().then(() => passed.push(caller))
  }
  await nextTurn()
  turnstile.pass().then(() => passed.push('late'))
  for (let turn = 0; turn < 3; turn++) await nextTurn()
  expect(passed).toEqual(['first', 'second', 'third', 'late'])
})

it('is open again when it has been passed and a turn is over', async () => {
  const turnstile = new Turnstile(1)
  await turnstile.pass()
  await nextTurn()
  let passed = false
  turnstile.pass().then(() => {
    passed = true
  })
  await Promise.resolve()
  expect(passed).toBe(true)
})

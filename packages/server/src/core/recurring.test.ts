import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Log } from './log.js'
import { Recurring } from './recurring.js'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

/** Its turns end when the test says so. */
function turns() {
  const open: ReturnType<typeof deferred>[] = []
  const said: string[] = []
  const note = (_fields: object, message = '') => said.push(message)
  const log: Log = { debug: note, info: note, warn: note, error: note }
  const begun = { count: 0 }
  const recurring = new Recurring({
    turn: () => {
      begun.count += 1
      const turn = deferred()
      open.push(turn)
      return turn.promise
    },
    every: 1_000,
    failure: 'it fails',
    log,
  })
  const end = async (error?: Error) => {
    const turn = open.shift()
    if (error) turn?.reject(error)
    else turn?.resolve()
    await vi.advanceTimersByTimeAsync(0)
  }
  return { recurring, begun, said, end }
}

function deferred() {
  let resolve = () => {}
  let reject: (reason: Error) => void = () => {}
  const promise = new Promise<void>((fulfil, fail) => {
    resolve = fulfil
    reject = fail
  })
  return { promise, resolve, reject }
}

describe('what recurs', () => {
  it('takes one turn at a time, however long that is', async () => {
    const { recurring, begun, end } = turns()
    recurring.start()
    await vi.advanceTimersByTimeAsync(5_500)
    expect(begun.count).toBe(1)
    await end()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(begun.count).toBe(2)
  })

  it('goes on after a failure, and says so once until a turn succeeds', async () => {
    const { recurring, begun, said, end } = turns()
    recurring.start()
    for (const error of [new Error(), new Error(), undefined, new Error()]) {
      await vi.advanceTimersByTimeAsync(1_000)
      await end(error)
    }
    expect([begun.count, said]).toEqual([4, ['it fails', 'it fails']])
  })

  it('comes sooner once where that is asked for, however often', async () => {
    const { recurring, begun, end } = turns()
    recurring.start()
    for (let ask = 0; ask < 3; ask++) recurring.soon(100)
    await vi.advanceTimersByTimeAsync(500)
    expect(begun.count).toBe(1)
    await end()
    await vi.advanceTimersByTimeAsync(400)
    expect(begun.count).toBe(1)
    recurring.soon(50)
    await vi.advanceTimersByTimeAsync(50)
    expect(begun.count).toBe(2)
  })

  it('waits for the turn under way when it is stopped, and takes no other', async () => {
    const { recurring, begun, end } = turns()
    recurring.start()
    await vi.advanceTimersByTimeAsync(1_000)
    let isStopped = false
    const stopping = recurring.stop().then(() => {
      isStopped = true
    })
    await vi.advanceTimersByTimeAsync(5_000)
    expect([isStopped, begun.count]).toEqual([false, 1])
    await end(new Error())
    await stopping
    recurring.soon(1)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(begun.count).toBe(1)
  })

  it('takes a turn of its own for who must see what is there now', async () => {
    const { recurring, begun, end } = turns()
    recurring.start()
    await vi.advanceTimersByTimeAsync(1_000)
    const all = Promise.all([recurring.now(), recurring.now()])
    expect(begun.count).toBe(1)
    await end()
    expect(begun.count).toBe(2)
    await end(new Error())
    expect(begun.count).toBe(3)
    await end()
    await all
  })
})

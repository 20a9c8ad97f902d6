import { execFile } from 'node:child_process'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { Refusal } from '../../errors.js'
import type { HashChoice } from './hash-choice.js'
import { HashPool, type HashPoolOptions } from './hash-pool.js'

const cheap: HashChoice = { format: 'argon2id', memory: 64, passes: 1, lanes: 1 }
const usual: HashChoice = { format: 'argon2id', memory: 19_456, passes: 2, lanes: 1 }
const hashing = { do: 'make', choice: cheap, password: 'correct horse' } as const

const pools: HashPool[] = []
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())))

function openPool(options: HashPoolOptions): HashPool {
  const pool = new HashPool(options)
  pools.push(pool)
  return pool
}

/** A worker program of a test's own. */
function program(onTask: string): URL {
  const source = `
    import { parentPort } from 'node:worker_threads'
    parentPort.on('message', (task) => { ${onTask} })`
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`)
}

const neverAnswers = program('')
const diesOfOne = program(`
  if (task.password === 'die') process.exit(1)
  if (task.password === 'throw') throw new Error('lost')
  parentPort.postMessage({ answer: task.password, took: 1 })`)

/** Answers to "hold" never, and to what is slow when a quick answer would long have come. */
const holds = program(`
  if (task.password === 'hold') return
  if (task.password.includes('slow')) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  }
  parentPort.postMessage({ answer: task.password, took: 1 })`)

function hashesOf(pool: HashPool): number | undefined {
  const family = pool.families().find(({ name }) => name === 'latchkey_password_hash_seconds')
  return family?.samples.find(({ suffix }) => suffix === '_count')?.value
}

function make(password: string) {
  return { ...hashing, password }
}

const overloaded = { name: 'Refusal', code: 'overloaded' }

describe('HashPool', () => {
  it('J03 hashes off the event loop, which goes on meanwhile', async () => {
    const order: string[] = []
    const hashed = openPool({ workers: 1 })
      .run({ ...hashing, choice: usual })
      .then(() => order.push('hashed'))
    await setImmediate().then(() => order.push('other work'))
    await hashed
    expect(order).toEqual(['other work', 'hashed'])
  })

  it('J03 accepts what its workers and its queue hold of 10,000, and refuses the rest at once', async () => {
    const pool = openPool({ workers: 2, queue: 20, now: () => 0 })
    const outcomes = Array.from({ length: 10_000 }, () => pool.run(hashing))
    const settled = await Promise.allSettled(outcomes)
    const refused = settled.filter((outcome) => outcome.status === 'rejected')
    expect(settled.length - refused.length).toBe(22)
    expect(settled.slice(0, 22).every((outcome) => outcome.status === 'fulfilled')).toBe(true)
    for (const { reason } of refused) expect(reason).toMatchObject(overloaded)
    // At 175 a second those refused last have longest to wait for room, and half a minute at most.
    expect(refused.map(({ reason }) => reason.retryAfter).sort((a, b) => a - b)).toEqual(
      refused.map(({ reason }) => reason.retryAfter),
    )
    expect(refused[0]?.reason.retryAfter).toBe(1)
    expect(refused.at(-1)?.reason.retryAfter).toBe(30)
    expect(pool.turnedAway).toMatchObject({ full: 9_978 })
    expect(hashesOf(pool)).toBe(22)
  })

  it('J03 takes turns between networks, however many one has waiting', async () => {
    const pool = openPool({ workers: 1, program: holds })
    const order: string[] = []
    const ask = (network: string, name: string) => {
      const asked = `${network} ${name}`
      return pool.run(make(asked), 0, { network, name }).then(() => order.push(asked))
    }
    const many = Array.from({ length: 100 }, (_, at) => ask('many', `${at}`))
    await Promise.all([...many, ask('few', 'a'), ask('few', 'b')])
    expect(order.slice(0, 5)).toEqual(['many 0', 'many 1', 'few a', 'many 2', 'few b'])
    expect(order).toHaveLength(102)
  })

  it('J03 sends away who has waited too long, although no hash ends', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    let time = 0
    const pool = openPool({ workers: 1, program: neverAnswers, now: () => time })
    void pool.run(hashing).catch(() => {})
    const late = pool.run(hashing)
    const refused = expect(late).rejects.toMatchObject(overloaded)
    time = 8_001
    vi.advanceTimersByTime(250)
    await refused
    expect(pool.waiting).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('J03 computes nothing for a caller who has hung up', async () => {
    const pool = openPool({ workers: 1, program: diesOfOne })
    const call = new AbortController()
    const turn = { network: 'n', name: 'a', signal: call.signal }
    const asked = [1, 2, 3].map((nth) => pool.run(make(`${nth}`), 0, turn))
    const settled = Promise.allSettled(asked)
    call.abort()
    await expect(pool.run(make('late'), 0, turn)).rejects.toMatchObject({ code: 'caller_gone' })
    const statuses = (await settled).map(({ status }) => status)
    expect(statuses).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(hashesOf(pool)).toBe(1)
    expect(pool.turnedAway).toMatchObject({ hung_up: 3 })
  })

  it('J03 takes new work again once the queue has emptied', async () => {
    const pool = openPool({ workers: 1, queue: 0 })
    const first = pool.run(hashing)
    await expect(pool.run(hashing)).rejects.toMatchObject(overloaded)
    await first
    await expect(pool.run(hashing)).resolves.toMatch(/^\$argon2id\$/)
  })

  it('answers in the order of asking', async () => {
    const pool = openPool({ workers: 1, program: diesOfOne })
    const order: unknown[] = []
    const asked = ['a', 'b', 'c', 'd']
    await Promise.all(asked.map((text) => pool.run(make(text)).then((text) => order.push(text))))
    expect(order).toEqual(asked)
  })

  it('G07 computes together what fits into 256 MiB for each worker', async () => {
    const pool = openPool({ workers: 2, program: holds })
    const held = pool.run(make('hold'), 262_144).catch(() => 'ended')
    await expect(pool.run(make('next'), 262_144)).resolves.toBe('next')
    await pool.close()
    await expect(held).resolves.toBe('ended')
  })

  it('G07 computes alone what takes more, and lets nothing overtake it', async () => {
    const pool = openPool({ workers: 2, program: holds })
    const order: unknown[] = []
    const ask = (text: string, memory: number) =>
      pool.run(make(text), memory).then((answer) => order.push(answer))
    await Promise.all([
      ask('small and slow', 19_456),
      ask('large and slow', 1_048_576),
      ask('small', 19_456),
      ask('none', 0),
    ])
    expect(order.slice(0, 2)).toEqual(['small and slow', 'large and slow'])
  })

  it('J03 refuses what comes when the queue is full, of those that wait for memory too', async () => {
    const pool = openPool({ workers: 2, queue: 3, program: holds })
    const outcomes = Array.from({ length: 10 }, () => pool.run(make('hold'), 1_048_576))
    const settled = Promise.allSettled(outcomes)
    await expect(outcomes[4]).rejects.toMatchObject(overloaded)
    await pool.close()
    const late = (await settled).filter(({ status }) => status === 'rejected')
    expect(late).toHaveLength(10)
  })

  it.each(['die', 'throw'])(
    'K06 refuses the task of a worker lost by "%s", and only that',
    async (fatal) => {
      const pool = openPool({ workers: 1, program: diesOfOne })
      const lost = pool.run(make(fatal))
      const next = pool.run(make('next'))
      await expect(lost).rejects.toMatchObject({ ...overloaded, retryAfter: 1 })
      await expect(next).resolves.toBe('next')
    },
  )

  it('K06 refuses every task when workers can not start at all', async () => {
    const pool = openPool({ workers: 1, program: new URL('./no-such-worker.js', import.meta.url) })
    const outcomes = await Promise.allSettled([pool.run(hashing), pool.run(hashing)])
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: overloaded })
    }
  })

  it('K06 refuses a task that the worker fails at, and goes on', async () => {
    const pool = openPool({ workers: 1 })
    const impossible: HashChoice = { format: 'argon2id', memory: 1, passes: 1, lanes: 1 }
    await expect(pool.run({ ...hashing, choice: impossible })).rejects.toMatchObject(overloaded)
    await expect(pool.run(hashing)).resolves.toMatch(/^\$argon2id\$/)
  })

  it('G11 tells nothing of the password when a hash fails', async () => {
    const pool = openPool({ workers: 1 })
    const task = { ...make('hunter2hunter2'), choice: { ...cheap, memory: 1 } }
    const error = await pool.run(task).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(Refusal)
    expect(JSON.stringify(chainOf(error))).not.toContain('hunter2')
  })

  it('refuses what is waiting and what is under way when it is closed, and what comes after', async () => {
    const pool = openPool({ workers: 1, program: neverAnswers })
    const outcomes = [pool.run(hashing), pool.run(hashing)]
    const settled = Promise.allSettled(outcomes)
    await pool.close()
    for (const outcome of await settled) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: overloaded })
    }
    await expect(pool.run(hashing)).rejects.toMatchObject(overloaded)
  })

  it('does not start again when it is warmed up after closing', async () => {
    const pool = openPool({ workers: 1 })
    await pool.close()
    pool.warmUp()
    await expect(pool.run(hashing)).rejects.toMatchObject(overloaded)
  })

  it('does not keep a process alive that has no more work for it', async () => {
    const built = new URL('../../../dist/core/passwords/hash-pool.js', import.meta.url)
    const script = `
      const { HashPool } = await import(${JSON.stringify(built.href)})
      const pool = new HashPool({ workers: 2 })
      console.log(await pool.run(${JSON.stringify(hashing)}))
      pool.warmUp()`
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '-e',
      script,
    ])
    expect(stdout).toMatch(/^\$argon2id\$/)
  })
})

function chainOf(error: unknown): unknown[] {
  return error instanceof Error ? [error.message, error.stack, ...chainOf(error.cause)] : [error]
}

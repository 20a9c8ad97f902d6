import { AuthError } from '@latchkey/client'
import { expect, it, vi } from 'vitest'
import { Problem } from '../../api/problem.js'
import type { FilePiece } from './file-pieces.js'
import { ImportJob, type PieceAnswer } from './import-job.js'
import { lookAt } from './look-at-file.js'

const lines = Array.from({ length: 5000 }, (_, at) => `{"username":"user number ${at}"}\n`)

/** A server that takes every line but each hundredth, and now and then does something else first. */
async function jobOf(trouble: readonly unknown[] = [], content = lines.join('')) {
  const left = [...trouble]
  const taken: number[] = []
  const pauses: number[] = []
  let time = 0
  const file = new Blob([content])
  const pieces = await lookAt(file)
  if (typeof pieces === 'string') throw new Error(pieces)
  const send = vi.fn(async ({ begins, ends }: FilePiece): Promise<PieceAnswer> => {
    time += 400
    const error = left.shift()
    if (error !== undefined) throw error
    const numbers = Array.from({ length: ends.line - begins.line }, (_, at) => begins.line + at)
    taken.push(...numbers)
    const bad = numbers.filter((line) => line % 100 === 0)
    const imported = numbers.length - bad.length
    const rejects = bad.map((line) => ({ line, why: 'It is bad' }))
    return { imported, present: 0, left_out: bad.length, formats: { none: imported }, rejects }
  })
  const wait = vi.fn(async (milliseconds: number) => void pauses.push(milliseconds))
  const job = new ImportJob(pieces, file.size, { send, wait, now: () => time })
  return { job, send, taken, pauses, wait }
}

it('sends every line once, counts what comes back, and says how long it will take', async () => {
  const { job, taken, send } = await jobOf()
  const seconds: number[] = []
  job.subscribe(() => seconds.push(job.progress.secondsLeft ?? 0))
  await job.goOn()
  expect(taken).toEqual(lines.map((_, at) => at + 1))
  expect(send.mock.calls.length).toBeGreaterThan(1)
  const { phase, imported, leftOut, formats, rejects } = job.progress
  expect({ phase, imported, leftOut, formats }).toEqual({
    phase: { name: 'ended' },
    imported: 4950,
    leftOut: 50,
    formats: { none: 4950 },
  })
  expect(rejects[1]).toEqual({ line: 200, why: 'It is bad', text: lines[199]?.trim() })
  expect(Math.max(...seconds)).toBeGreaterThan(0)
  expect(seconds.at(-1)).toBe(0)
})

it('tries again, after longer and longer pauses, where the server or the connection is away', async () => {
  const busy = new Problem(new Response(null, { status: 503 }), {})
  const away = [new TypeError('Failed to fetch'), busy, new AuthError('unavailable', ''), busy]
  const { job, taken, pauses } = await jobOf(away)
  await job.goOn()
  expect(pauses).toEqual([1000, 2000, 4000, 8000])
  expect(taken).toHaveLength(5000)
  expect(job.progress.phase.name).toBe('ended')
})

it.each([
  ['signed_out', new AuthError('signed_out', '')],
  ['signed_out', new Problem(new Response(null, { status: 401 }), {})],
  ['no_right', new Problem(new Response(null, { status: 403 }), {})],
] as const)('stays where it is while nobody is there who may: %s', async (name, error) => {
  const { job, taken } = await jobOf([error])
  await job.goOn()
  expect([job.progress.phase.name, taken]).toEqual([name, []])
  await job.goOn()
  expect([job.progress.phase.name, taken.length]).toEqual(['ended', 5000])
})

it('fails where nothing will come of it, and says why', async () => {
  const error = new Problem(new Response(null, { status: 422 }), { detail: 'No column' })
  const { job } = await jobOf([error])
  await job.goOn()
  expect(job.progress.phase).toEqual({ name: 'failed', error })
  await job.goOn()
  expect(job.progress.phase.name).toBe('failed')
})

it('stops behind the piece that is under way, and goes on with the next line', async () => {
  const { job, taken, send } = await jobOf()
  send.mockImplementationOnce(async ({ begins, ends }) => {
    job.stop()
    for (let line = begins.line; line < ends.line; line++) taken.push(line)
    return { imported: ends.line - begins.line, present: 0, left_out: 0, formats: {}, rejects: [] }
  })
  await job.goOn()
  const { phase, place } = job.progress
  expect([phase.name, place.line]).toEqual(['stopped', taken.length + 1])
  expect(taken.length).toBeLessThan(5000)
  await job.goOn()
  expect(taken).toEqual(lines.map((_, at) => at + 1))
})

it('a pause ends at once for whoever does not want to wait, or to go on', async () => {
  const { job, wait } = await jobOf([new TypeError('Failed to fetch')])
  wait.mockImplementationOnce((_, signal?: AbortSignal) => {
    return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(undefined)))
  })
  const done = job.goOn()
  await vi.waitFor(() => expect(job.progress.phase.name).toBe('waiting'))
  job.stop()
  await done
  expect(job.progress.phase.name).toBe('stopped')
})

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { withFileLock } from './file-lock.js'

/** Where a lock may be; the folder above it is the test's own. */
function lock(): string {
  const path = mkdtempSync(join(tmpdir(), 'latchkey-lock-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return join(path, 'lock')
}

const never = () => new AbortController().signal
const litter = (path: string) => readdirSync(join(path, '..'))

/** The number of a process that is no longer there. */
function deadProcess(): number {
  return spawnSync(process.execPath, ['--version']).pid
}

it('lets one run at a time, and leaves nothing', async () => {
  const path = lock()
  let inside = 0
  const one = () =>
    withFileLock(
      path,
      async () => {
        inside++
        await new Promise(setImmediate)
        return inside--
      },
      never(),
    )
  expect(await Promise.all(Array.from({ length: 12 }, one))).toEqual(Array(12).fill(1))
  expect(litter(path)).toEqual([])
})

it('is let go by what fails', async () => {
  const path = lock()
  const fails = withFileLock(path, () => Promise.reject(new Error('mine')), never())
  await expect(fails).rejects.toThrow('mine')
  expect(litter(path)).toEqual([])
})

it('is waited for until the signal, and the holder keeps it', async () => {
  const path = lock()
  let finish = () => {}
  const held = withFileLock(
    path,
    () =>
      new Promise<void>((resolve) => {
        finish = resolve
      }),
    never(),
  )
  await vi.waitFor(() => expect(litter(path)).toEqual(['lock']))
  const holders = readdirSync(path)
  const waiting = new AbortController()
  const waits = withFileLock(path, async () => 'mine', waiting.signal)
  waiting.abort(new Error('enough'))
  await expect(waits).rejects.toThrow('enough')
  expect(readdirSync(path)).toEqual(holders)
  finish()
  await held
  expect(litter(path)).toEqual([])
})

const here = hostname().replace(/[^\w.-]/g, '_')

it.each([
  ['a killed process', () => [`${deadProcess()} ${Date.now()} id ${here}`]],
  ['one that has had it for too long', () => [`${process.pid} ${Date.now() - 60_000} id ${here}`]],
  ['a clock that was set back', () => [`${process.pid} ${Date.now() + 3_600_000} id ${here}`]],
  ['one that was killed while it left', () => []],
  ['another program', () => ['.DS_Store']],
])('is taken over from %s, by one', async (_, holders) => {
  const path = lock()
  mkdirSync(path)
  for (const holder of holders()) writeFileSync(join(path, holder), '')
  let inside = 0
  const one = () =>
    withFileLock(
      path,
      async () => {
        expect(inside++).toBe(0)
        await new Promise(setImmediate)
        inside--
      },
      never(),
    )
  await Promise.all([one(), one(), one()])
  expect(litter(path)).toEqual([])
})

it.each([
  ['that runs', `${process.pid} ${Date.now()} id ${here}`],
  ['on another machine', `${deadProcess()} ${Date.now()} id elsewhere.example`],
])('is not taken from a process %s', async (_, holder) => {
  const path = lock()
  mkdirSync(path)
  writeFileSync(join(path, holder), '')
  const run = vi.fn(async () => {})
  await expect(withFileLock(path, run, AbortSignal.timeout(100))).rejects.toThrow()
  expect(run).not.toHaveBeenCalled()
  expect(readdirSync(path)).toEqual([holder])
})

it('is refused where nothing can be written', async () => {
  const path = lock()
  writeFileSync(path, '')
  await expect(withFileLock(join(path, 'lock'), async () => {}, never())).rejects.toThrow()
})

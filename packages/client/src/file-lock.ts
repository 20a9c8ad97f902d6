import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { kill, pid } from 'node:process'
import { delay } from './deadline.js'

/**
 * Runs alone among the processes that name the same folder.
 *
 * Who holds the lock has a file in that folder, under a name that nobody else ever has. It comes with its
 * folder: a folder can be renamed to one that is missing or empty, never to one with something in it. So
 * taking away what a killed holder has left can't hit the next one.
 *
 * @throws what `signal` says, if it ends the waiting; the file system's errors
 */
export async function withFileLock<T>(
  folder: string,
  run: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const holder = nameHolder()
  await take(folder, holder, signal)
  try {
    return await run()
  } finally {
    await leave(folder, [holder])
  }
}

/** Longer than any refresh takes. Who has it for longer was stopped, or is a process of another time. */
const longestHold = 30_000

const thisHost = hostname().replace(/[^\w.-]/g, '_')

function nameHolder(): string {
  return [pid, Date.now(), randomUUID(), thisHost].join(' ')
}

function isGone(holder: string): boolean {
  const [process, since, , host] = holder.split(' ')
  const age = Math.abs(Date.now() - Number(since))
  // Also what is no holder's name. The number of a process means nothing on another machine.
  return !(age < longestHold) || (host === thisHost && !isRunning(Number(process)))
}

function isRunning(process: number): boolean {
  try {
    return kill(process, 0)
  } catch (error) {
    // Else it runs and is somebody else's.
    return codeOf(error) !== 'ESRCH'
  }
}

async function take(folder: string, holder: string, signal: AbortSignal): Promise<void> {
  const draft = `${folder}.${randomUUID()}.draft`
  await mkdir(draft, { recursive: true, mode: 0o700 })
  try {
    await writeFile(join(draft, holder), '', { mode: 0o600 })
    while (!(await succeeds(rename(draft, folder)))) {
      await evict(folder)
      signal.throwIfAborted()
      await delay(10 + Math.random() * 30)
    }
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** Makes room where those who held the lock no longer can. */
async function evict(folder: string): Promise<void> {
  const holders = await readdir(folder).catch(() => [])
  if (holders.every(isGone)) await leave(folder, holders)
}

/** Not every system renames a folder to an empty one, so that goes as well. */
async function leave(folder: string, holders: readonly string[]): Promise<void> {
  await Promise.all(holders.map((holder) => rm(join(folder, holder), { force: true })))
  await succeeds(rmdir(folder))
}

/** Answers `false` where somebody else is there, or was faster. */
async function succeeds(work: Promise<void>): Promise<boolean> {
  try {
    await work
    return true
  } catch (error) {
    if (othersAreThere.has(codeOf(error))) return false
    throw error
  }
}

/** The last three are how Windows says it. */
const othersAreThere = new Set(['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EPERM', 'EACCES', 'EBUSY'])

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

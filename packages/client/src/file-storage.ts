import { randomUUID } from 'node:crypto'
import { type Stats, statSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { platform } from 'node:process'
import { clearInterval, setInterval } from 'node:timers'
import { delay } from './deadline.js'
import { withFileLock } from './file-lock.js'
import type { SessionStorage } from './storage.js'

/**
 * Keeps the session in a file that its owner alone can read, for scripts and command lines. Processes
 * that share it refresh once for all, and hear of each other's sign-ins and sign-outs within a second.
 *
 * @param path of the file; missing folders are made
 * @throws Error if others can read the file
 */
export function fileStorage(path: string): SessionStorage {
  const file = resolve(path)
  // Now and not at the first read: a program can tell its user before it asks for a password.
  refuseIfOpen(file, statSync(file, { throwIfNoEntry: false }))
  return {
    read: () => read(file),
    write: (text) => (text === null ? remove(file) : replace(file, text)),
    watch: (changed) => watch(file, changed),
    exclusively: (run, signal) => withFileLock(`${file}.lock`, run, signal),
  }
}

/** On Windows a mode says nothing: there a file has the rights of its folder. */
function refuseIfOpen(file: string, stats: Stats | undefined): void {
  if (platform === 'win32' || stats === undefined || (stats.mode & 0o077) === 0) return
  throw new Error(`${file} can be read by others than its owner; run: chmod 600 '${file}'`)
}

async function read(file: string): Promise<string | null> {
  const handle = await open(file).catch(unlessMissing)
  if (handle === undefined) return null
  try {
    refuseIfOpen(file, await handle.stat())
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

/** Whole or not at all, whenever the process is killed or the power cut. */
async function replace(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomUUID()}.draft`
  try {
    await write(draft, text)
    await renameTo(file, draft)
  } finally {
    await rm(draft, { force: true })
  }
  await flushFolder(dirname(file))
}

async function write(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Windows refuses it while somebody reads the file, which takes a moment. */
async function renameTo(file: string, draft: string, attempts = 10): Promise<void> {
  try {
    await rename(draft, file)
  } catch (error) {
    if (platform !== 'win32' || attempts === 1) throw error
    await delay(20)
    await renameTo(file, draft, attempts - 1)
  }
}

/** Else a power cut may bring the last token back, which the server takes for a stolen one. */
async function flushFolder(folder: string): Promise<void> {
  if (platform === 'win32') return
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function remove(file: string): Promise<void> {
  await rm(file, { force: true })
  await removeDrafts(file)
}

/** A process that was killed while it wrote has left one, with a token in it. */
async function removeDrafts(file: string): Promise<void> {
  const folder = dirname(file)
  const names = (await readdir(folder).catch(unlessMissing)) ?? []
  const drafts = names.filter(
    (name) => name.startsWith(`${basename(file)}.`) && name.endsWith('.draft'),
  )
  for (const draft of drafts.map((name) => join(folder, name))) {
    const stats = await stat(draft).catch(unlessMissing)
    const isInUse = stats !== undefined && Date.now() - stats.mtimeMs < 60_000
    if (!isInUse) await rm(draft, { recursive: true, force: true })
  }
}

/** By looking: systems differ in what they tell, and network drives tell nothing. */
function watch(file: string, changed: () => void): () => void {
  let seen = 'nothing yet'
  const look = async () => {
    const stamp = await stampOf(file)
    if (stamp === seen) return
    seen = stamp
    changed()
  }
  // Not by watchFile, which keeps a process alive on Deno.
  const timer = setInterval(look, 1_000).unref()
  return () => clearInterval(timer)
}

/** Another one with each write. What is wrong with a file, `read` tells. */
function stampOf(file: string): Promise<string> {
  return stat(file).then(
    ({ ino, mtimeMs }) => `${ino} ${mtimeMs}`,
    () => 'none',
  )
}

function unlessMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}

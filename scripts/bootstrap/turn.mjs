import { mkdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { unwritable } from './fault.mjs'

const heartbeat = 1_000
const staleAfter = 10_000

/**
 * Runs `work` while no other run on the same folder does: two `npm ci` at once would delete each other's files.
 * The lock is a folder, which only one process can create. Its owner touches it every second, so the
 * lock of a killed run is known by its age, from other containers and users too.
 * @param {string} root
 * @param {() => Promise<void>} work
 */
export async function alone(root, work) {
  const lock = join(root, '.bootstrap.lock')
  await take(lock)
  const beat = setInterval(() => touch(lock), heartbeat)
  const release = () => rmSync(lock, { recursive: true, force: true })
  const stop = (signal) => {
    release()
    process.removeListener(signal, stop)
    process.kill(process.pid, signal)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  try {
    await work()
  } finally {
    clearInterval(beat)
    process.removeListener('SIGINT', stop)
    process.removeListener('SIGTERM', stop)
    release()
  }
}

async function take(lock) {
  let told = false
  while (!created(lock)) {
    if (age(lock) > staleAfter) {
      rmSync(lock, { recursive: true, force: true })
      continue
    }
    if (!told) console.log('Waiting for another run that is installing or building ...')
    told = true
    await pause(200)
  }
}

function created(lock) {
  try {
    mkdirSync(lock)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw unwritable(error.code, dirname(lock)) ?? error
  }
}

function age(lock) {
  const found = statSync(lock, { throwIfNoEntry: false })
  return found ? Date.now() - found.mtimeMs : 0
}

function touch(lock) {
  try {
    const now = new Date()
    utimesSync(lock, now, now)
  } catch {
    // Somebody took the lock away by hand; the work goes on.
  }
}

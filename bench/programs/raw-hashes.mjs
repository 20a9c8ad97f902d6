// Checks one password in as many threads as the server has, at their priority, by the same library
// and with the same costs, and does nothing else. Says when told to how many it has done.
import { once } from 'node:events'
import { readlinkSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

if (isMainThread) process.once('message', lead)
else hash(workerData)

async function lead({ stored, password, threads, milliseconds }) {
  const done = new Int32Array(new SharedArrayBuffer(4))
  const workerData = { stored, password, done }
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL(import.meta.url), { workerData }),
  )
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  const before = { hashes: done[0], time: performance.now(), processor: process.cpuUsage() }
  setTimeout(() => {
    const seconds = (performance.now() - before.time) / 1000
    const { user, system } = process.cpuUsage(before.processor)
    const hashes = done[0] - before.hashes
    process.send({ rate: hashes / seconds, cost: (user + system) / 1000 / hashes })
    process.exit()
  }, milliseconds)
}

async function hash({ stored, password, done }) {
  yieldToOthers()
  const verify = await verifier(stored)
  for (let first = true; ; first = false) {
    verify(stored, password)
    Atomics.add(done, 0, 1)
    if (first) parentPort.postMessage('at work')
  }
}

async function verifier(stored) {
  if (stored.startsWith('$argon2')) return (await import('@node-rs/argon2')).verifySync
  const { default: bcrypt } = await import('bcrypt')
  return (hash, password) => bcrypt.compareSync(password, hash)
}

/** As the server's own hash workers do. */
function yieldToOthers() {
  try {
    setPriority(
      Number(readlinkSync('/proc/thread-self').split('/')[2]),
      constants.priority.PRIORITY_LOW,
    )
  } catch {
    // Neither do they then.
  }
}

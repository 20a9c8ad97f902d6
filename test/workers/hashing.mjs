// A primary with three workers, each of which computes ten hashes as soon as it may: `b` in the file is the
// beginning of one, `e` its end.
import cluster from 'node:cluster'
import { HashPool } from '../../packages/server/dist/core/passwords/hash-pool.js'

const [, , file, cores] = process.argv
const hashes = 10

if (cluster.isPrimary) {
  const { coresForWorkers, shareCores } = await import('../../packages/server/dist/cli/primary.js')
  const turns = coresForWorkers(Number(cores))
  for (let nth = 0; nth < 3; nth++) shareCores(cluster.fork(), turns)
} else {
  const { coresOfPrimary, leavePrimary } = await import('../../packages/server/dist/cli/worker.js')
  // A clock that stands still: nobody has waited too long.
  const options = { workers: 2, program: hashThread(), now: () => 0 }
  const pool = new HashPool({ ...options, cores: coresOfPrimary() })
  const task = { do: 'estimate', password: file, words: [] }
  await Promise.all(Array.from({ length: hashes }, () => pool.run(task)))
  await pool.close()
  leavePrimary()
}

/** Writes down that it begins, is busy for a while, and writes down that it ends. */
function hashThread() {
  const source = `
    import { appendFileSync } from 'node:fs'
    import { scryptSync } from 'node:crypto'
    import { parentPort } from 'node:worker_threads'
    parentPort.on('message', ({ password: file }) => {
      appendFileSync(file, 'b')
      scryptSync('a', 'b', 32)
      appendFileSync(file, 'e')
      parentPort.postMessage({ answer: true, took: 1 })
    })`
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`)
}

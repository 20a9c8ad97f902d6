import { readlinkSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { makeHash, verifyHash } from './formats.js'
import type { HashAnswer, HashReply, HashTask } from './hash-pool.js'
import { estimateStrength } from './strength.js'

if (parentPort === null) throw new Error('This file is started as a worker thread by the hash pool')
const pool = parentPort

yieldToRequests()
pool.on('message', async (task: HashTask) => pool.postMessage(await reply(task)))

async function reply(task: HashTask): Promise<HashReply> {
  const began = performance.now()
  try {
    const answer = await compute(task)
    return { answer, took: performance.now() - began }
  } catch (error) {
    return { failed: codeOf(error) }
  }
}

function compute(task: HashTask): Promise<HashAnswer> {
  if (task.do === 'make') return makeHash(task.choice, task.password)
  if (task.do === 'verify') return verifyHash(task.format, task.stored, task.password)
  return estimateStrength(task.password, task.words)
}

/** Never the message, which a library may have made from what it was given (checklist G11). */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'unknown'
}

/** On Linux each thread has its own priority, so the event loop wins every core that hashing would keep from it. */
function yieldToRequests(): void {
  try {
    const [, , thread] = readlinkSync('/proc/thread-self').split('/')
    setPriority(Number(thread), constants.priority.PRIORITY_LOW)
  } catch {
    // Elsewhere, and where /proc is hidden, hashing competes as an equal: slower answers, same answers.
  }
}

/** The CLI as a process of its own, as people and scripts start it. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export interface Finished {
  status: number | null
  stdout: string
  stderr: string
}

export interface RunOptions {
  /** All that it sees besides PATH: nothing of the person's own settings. */
  env?: Record<string, string>
  /** What is on its standard input; nothing by default. */
  input?: string | Uint8Array
  /** Runs as somebody who owns nothing, for root may write everywhere. */
  unprivileged?: boolean
  /** Closes its standard output before it has written anything. */
  deaf?: boolean
}

/** Runs `latchkey ...args` to its end. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = spawnLatchkey(args, options)
  if (options.deaf) child.stdout.destroy()
  const output = Promise.all([options.deaf ? '' : text(child.stdout), text(child.stderr)])
  // A command that reads no input may be gone before it is written.
  child.stdin.on('error', () => {})
  child.stdin.end(options.input)
  const [[status], [stdout, stderr]] = await Promise.all([once(child, 'close'), output])
  return { status, stdout, stderr }
}

export interface Running {
  /** What it has printed so far, on either stream. */
  printed(): string
  /** Waits until it has printed this. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  /** Sends the signal; answers the exit status. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Starts `latchkey ...args`, which is stopped when the test ends. */
export function start(args: readonly string[], options: RunOptions = {}): Running {
  const child = spawnLatchkey(args, options)
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (more: string) => {
      printed += more
      child.emit('printed')
    })
  }
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal)
    return closed
  }
  onTestFinished(async () => void (await stop('SIGKILL')))
  return {
    printed: () => printed,
    until: (pattern) => untilPrinted(child, pattern, () => printed),
    stop,
  }
}

/** An empty folder that goes away when the test ends. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** One that neither this user nor, run as nobody, root's child may write into. */
export function closedFolder(): string {
  const folder = emptyFolder()
  chmodSync(folder, 0o500)
  return folder
}

const program = fileURLToPath(new URL('../../bin/latchkey.js', import.meta.url))
const nobody = { uid: 65_534, gid: 65_534 }

/** Its streams are the caller's to read. */
export function spawnLatchkey(args: readonly string[], { env, unprivileged }: RunOptions) {
  return spawn(process.execPath, [program, ...args], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, ...env },
    stdio: 'pipe',
    ...(unprivileged && process.getuid?.() === 0 && nobody),
  })
}

async function untilPrinted(
  child: ChildProcess,
  pattern: RegExp,
  printed: () => string,
): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const found = pattern.exec(printed())
      if (found !== null) resolve(found)
    }
    child.on('printed', look)
    child.once('close', () => reject(new Error(`It ended before it printed that:\n${printed()}`)))
    look()
  })
}

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export interface RunningProgram {
  /** Where it listens, as it said itself. */
  address: string
  /** Tells it to stop, as a terminal or a supervisor would; answers its exit status. */
  stop(): Promise<number | null>
}

export interface ProgramOptions {
  cwd: string
  /** All it sees besides PATH: nothing of the person's own settings. */
  environment?: Record<string, string>
}

/**
 * Starts a Node program that serves, and waits for the loopback address that it prints. It is
 * stopped when the test ends.
 */
export async function startProgram(
  args: readonly string[],
  options: ProgramOptions,
): Promise<RunningProgram> {
  return launchProgram(args, options, onTestFinished)
}

/** @param atEnd takes what stops the program: `afterThisFile`, for one that several tests use */
export async function launchProgram(
  args: readonly string[],
  options: ProgramOptions,
  atEnd: (stop: () => Promise<void>) => void,
): Promise<RunningProgram> {
  const child = spawn(process.execPath, args, {
    cwd: options.cwd,
    env: { PATH: process.env.PATH, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const stop = () => {
    child.kill('SIGTERM')
    return ended
  }
  atEnd(async () => void (await stop()))

  let printed = ''
  const address = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text
        const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed) ?? []
        if (found !== undefined) resolve(found)
      })
    }
    child.once('error', reject)
    ended.then((status) => reject(new Error(`It ended with status ${status}:\n${printed}`)))
  })
  return { address, stop }
}

export const password = 'correct horse battery'

/** Runs `latchkey user add` with this password, for the database in a folder. */
export async function addUser(cwd: string, args: readonly string[]): Promise<void> {
  const cli = join(import.meta.dirname, '../bin/latchkey.js')
  const child = spawn(process.execPath, [cli, 'user', 'add', ...args], {
    cwd,
    env: { PATH: process.env.PATH },
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  child.stdin.end(password)
  const status = await new Promise((resolve) => child.once('exit', resolve))
  if (status !== 0) throw new Error(`user add ended with status ${status}`)
}

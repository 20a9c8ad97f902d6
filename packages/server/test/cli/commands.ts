/**
 * The CLI for tests that run many commands, of which most would take longer to start than to do their
 * work: the first of each kind in a file is a process of its own, as people start it, and those after it
 * are done one by one in a process that stays.
 */

import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterThisFile } from '../remains.js'
import { type Finished, type RunOptions, run as runAlone } from './run.js'

/** Runs `latchkey ...args` to its end. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  if (needsItsOwn(options) || isFirst(args)) return runAlone(args, options)
  const before = turn
  const finished = before.then(() => runKept(args, options))
  turn = finished.catch(() => {})
  return finished
}

/** Of the commands in the process that stays. */
let turn: Promise<unknown> = Promise.resolve()
let kept: Kept | undefined
const seen = new Set<string>()

function needsItsOwn({ env, unprivileged, deaf }: RunOptions): boolean {
  // Node itself reads some of its environment, once.
  const forNode = Object.keys(env ?? {}).some((name) => name.startsWith('NODE_'))
  return unprivileged === true || deaf === true || forNode
}

/** Whether no command with these words before its options has been run in this file. */
function isFirst(args: readonly string[]): boolean {
  const [group = '', command = ''] = args
  const kind = ['doctor', 'migrate'].includes(group) ? group : `${group} ${command}`
  if (seen.has(kind)) return false
  if (seen.size === 0) afterThisFile(forget)
  seen.add(kind)
  return true
}

async function forget(): Promise<void> {
  seen.clear()
  kept?.child.kill('SIGKILL')
  await kept?.ended
  kept = undefined
}

async function runKept(
  args: readonly string[],
  { env, input = '' }: RunOptions,
): Promise<Finished> {
  kept ??= startKept()
  const { child, ended } = kept
  const end = `\n${randomUUID()}\n`
  const output = Promise.all([upTo(end, child.stdout), upTo(end, child.stderr)])
  child.send({
    args,
    env: { PATH: process.env.PATH, ...env },
    input: Buffer.from(input).toString('base64'),
    end,
  })
  const lost = ended.then(() => {
    kept = undefined
    throw new Error(`latchkey ${args.join(' ')} has ended the process that was to stay`)
  })
  const [{ status }] = await Promise.race([once(child, 'message'), lost])
  const [stdout, stderr] = await output
  return { status, stdout, stderr }
}

interface Kept {
  readonly child: ChildProcess
  readonly ended: Promise<unknown>
}

function startKept(): Kept {
  const program = fileURLToPath(new URL('./kept-program.mjs', import.meta.url))
  const env = { PATH: process.env.PATH }
  const child = fork(program, { cwd: tmpdir(), env, execArgv: [], silent: true })
  return { child, ended: once(child, 'exit') }
}

/** What a stream brings before this. */
function upTo(end: string, stream: ChildProcess['stdout']): Promise<string> {
  return new Promise((resolve) => {
    let printed = ''
    const hear = (more: string) => {
      printed += more
      if (!printed.endsWith(end)) return
      stream?.off('data', hear)
      resolve(printed.slice(0, -end.length))
    }
    stream?.setEncoding('utf8').on('data', hear)
  })
}

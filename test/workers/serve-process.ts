/** `latchkey serve` as its user runs it: a process, its workers, and what they log. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const program = join(import.meta.dirname, '../../packages/server/bin/latchkey.js')
const running = new Set<ChildProcess>()

// Where a test run is cut short, nobody else would end them; workers end with their primary.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export const user = { username: 'alice', password: 'correct horse battery' }

export interface LogLine {
  pid: number
  msg: string
  address?: string
  path?: string
  status?: number
}

export class ServeProcess {
  readonly log: LogLine[] = []
  /** All that it printed, in one text. */
  printed = ''
  readonly exited: Promise<number | null>
  readonly #child: ChildProcess

  constructor(databaseUrl: string, settings: Record<string, string> = {}) {
    this.#child = spawn(process.execPath, [program, 'serve'], {
      env: environment(databaseUrl, settings),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const { stdout, stderr } = this.#child
    if (stdout === null || stderr === null) throw new Error('The output is not piped')
    running.add(this.#child)
    this.exited = once(this.#child, 'exit').then(([status]) => {
      running.delete(this.#child)
      return status
    })
    createInterface(stdout).on('line', (line) => {
      this.printed += `${line}\n`
      this.log.push(JSON.parse(line))
    })
    stderr.on('data', (text) => {
      this.printed += text
    })
  }

  /** Adds alice, and starts. Resolves when it listens. */
  static async start(
    databaseUrl: string,
    settings: Record<string, string> = {},
  ): Promise<ServeProcess> {
    addUser(databaseUrl)
    const server = new ServeProcess(databaseUrl, settings)
    await server.until(() => server.log.some(({ msg }) => msg === 'listening'))
    return server
  }

  get url(): string {
    const address = this.log.find(({ msg }) => msg === 'listening')?.address
    if (address === undefined) throw new Error(`It does not listen:\n${this.printed}`)
    return address
  }

  /** The processes that have answered since the log had so many lines. */
  answering(since = 0): Set<number> {
    const answers = this.log.slice(since).filter(({ msg }) => msg === 'answered')
    return new Set(answers.map(({ pid }) => pid))
  }

  get pid(): number {
    return this.#child.pid ?? Number.NaN
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** @throws Error with what it printed, where it ends before that, or a minute has gone by, or nobody can tell */
  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    try {
      await this.#until(holds)
    } catch (cause) {
      throw new Error(`It never came to that:\n${this.printed.slice(-2_000)}`, { cause })
    }
  }

  async #until(holds: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 60_000
    while (!(await holds())) {
      if (this.#child.exitCode !== null) throw new Error('It has ended')
      if (Date.now() > deadline) throw new Error('A minute has gone by')
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.signal('SIGTERM')
    await this.exited
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function addUser(databaseUrl: string): void {
  const { status, stderr } = spawnSync(process.execPath, [program, 'user', 'add', user.username], {
    env: environment(databaseUrl, {}),
    input: `${user.password}\n`,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
}

function environment(databaseUrl: string, settings: Record<string, string>) {
  return {
    PATH: process.env.PATH,
    LATCHKEY_PORT: '0',
    LATCHKEY_ISSUER: 'http://127.0.0.1:8000',
    LATCHKEY_DATABASE_URL: databaseUrl,
    LATCHKEY_SECRET_KEY: 'a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s',
    LATCHKEY_LOG_LEVEL: 'debug',
    // The machine may be busy with other tests: nothing here is about that.
    LATCHKEY_MAX_EVENT_LOOP_DELAY: 'off',
    ...settings,
  }
}

/** Real server processes, which end with the tests that started them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const program = join(import.meta.dirname, '../../packages/server/bin/latchkey.js')
const running = new Set<ChildProcess>()

// Where a test run is cut short, nobody else would end them.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** The demo in a process of its own, on a free port. */
export class ServerProcess {
  readonly url: string
  /** Of the admin, where this process was the one that made it. */
  readonly adminPassword: string | undefined
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>

  /**
   * Resolves when it listens.
   *
   * @param folder where the database is that such servers share, if it is not at an address
   * @throws Error with what it printed, if it ended instead
   */
  static async start(
    folder: string,
    databaseUrl = fileIn(folder),
    environment: Record<string, string> = {},
  ): Promise<ServerProcess> {
    const child = spawn(process.execPath, [program, 'demo'], {
      cwd: folder,
      env: { PATH: process.env.PATH, ...settings(databaseUrl), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.add(child)
    const exited = once(child, 'exit').finally(() => running.delete(child))
    const printed = await readGreeting(child)
    return new ServerProcess(child, exited, printed)
  }

  private constructor(child: ChildProcess, exited: Promise<unknown>, printed: string) {
    const [, url] = /listening on (\S+)/.exec(printed) ?? []
    if (url === undefined) throw new Error(`The server did not start:\n${printed}`)
    this.url = url
    this.adminPassword = / admin \/ (\S+)/.exec(printed)?.[1]
    this.#child = child
    this.#exited = exited
  }

  get pid(): number {
    return this.#child.pid ?? Number.NaN
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  /** As a power cut or the kernel would, with no chance to finish anything. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#child.kill(signal)
    await this.#exited
  }
}

function fileIn(folder: string): string {
  return `sqlite:${join(folder, 'latchkey.db')}`
}

/** Not the port's own address: all processes are one issuer. */
function settings(databaseUrl: string) {
  return {
    LATCHKEY_PORT: '0',
    LATCHKEY_ISSUER: 'http://127.0.0.1:8000',
    LATCHKEY_DATABASE_URL: databaseUrl,
    LATCHKEY_SECRET_KEY: 'a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s',
    LATCHKEY_REFRESH_GRACE: '10m',
    LATCHKEY_LOG_LEVEL: 'error',
  }
}

/** Reads up to the greeting's last line, and what it prints later to nowhere. */
async function readGreeting(child: ChildProcess): Promise<string> {
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('The output is not piped')
  let printed = ''
  stderr.on('data', (text: Buffer) => {
    printed += text
  })
  const lines = createInterface(stdout)
  for await (const line of lines) {
    printed += `${line}\n`
    if (line.includes('/users/me')) break
  }
  stdout.resume()
  return printed
}

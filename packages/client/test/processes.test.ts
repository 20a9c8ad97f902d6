/** Programs that sign in, in processes of their own: some share a session by its file. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { alice, type TestServer, testServer } from '../../server/test/test-server.js'
import { createClient } from '../src/index.js'
import { fileStorage } from '../src/node.js'

vi.setConfig({ testTimeout: 120_000 })

const patiently = { timeout: 60_000, interval: 20 }
const examples = join(import.meta.dirname, '../../../examples')
/** What the demo's route answers. */
const items = '[{"item_id":1,"name":"Example Item"}]'

/** A process that is typed to, and prints. */
class Program {
  printed = ''
  readonly #child: ChildProcess
  readonly #ended: Promise<number | null>

  constructor(command: string, args: readonly string[], environment: Record<string, string> = {}) {
    const env = { PATH: process.env.PATH, ...environment }
    this.#child = spawn(command, args, { env, stdio: 'pipe' })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.printed += text
      })
    }
    this.#ended = new Promise((resolve) => this.#child.once('close', resolve))
    onTestFinished(() => this.kill())
  }

  type(line: string): void {
    this.#child.stdin?.write(`${line}\n`)
  }

  async prints(text: string): Promise<void> {
    await vi.waitFor(() => expect(this.printed).toContain(text), patiently)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** Its exit status once there is nothing more for it to do. */
  end(): Promise<number | null> {
    this.#child.stdin?.end()
    return this.#ended
  }
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'latchkey-processes-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

async function listening(): Promise<{ server: TestServer; url: string }> {
  const server = await testServer()
  await server.addUser()
  return { server, url: await server.app.listen({ host: '127.0.0.1', port: 0 }) }
}

interface Shared {
  file: string
  /** Starts programs that know who is signed in, and no refresh yet. */
  start(count: number): Promise<Program[]>
  /** As if the machine had slept for half an hour and a minute. */
  sleep(): void
  /** How often a token was asked for since. */
  tokenRequests(): number
  /** Acts when the server gets the next request for a token, before it has answered. */
  atTokenRequest(act: () => void): Promise<void>
}

async function shared(): Promise<Shared> {
  const { server, url } = await listening()
  let asked = 0
  let act = () => {}
  server.app.server.prependListener('request', (request: IncomingMessage) => {
    if (request.url !== '/oauth/token') return
    asked++
    act()
  })
  const file = join(folder(), 'session.json')
  const auth = createClient({ url, storage: fileStorage(file) })
  await auth.login(alice)
  auth.close()
  const script = join(import.meta.dirname, 'file-process.mjs')
  const open = () => new Program(process.execPath, [script, url, file])
  return {
    file,
    start: async (count) => {
      const programs = Array.from({ length: count }, open)
      await Promise.all(programs.map((program) => program.prints('user alice\n')))
      return programs
    },
    sleep: () => {
      const session = JSON.parse(readFileSync(file, 'utf8'))
      writeFileSync(file, JSON.stringify({ ...session, receivedAt: Date.now() - 31 * 60_000 }))
      asked = 0
    },
    tokenRequests: () => asked,
    atTokenRequest: (once) =>
      new Promise((resolve) => {
        act = () => {
          act = () => {}
          once()
          resolve()
        }
      }),
  }
}

async function fetchAtOnce(programs: readonly Program[]): Promise<void> {
  for (const program of programs) program.type('fetch')
  await Promise.all(programs.map((program) => program.prints('status 200\n')))
}

it('refreshes once for all processes, and signs all out with one', async () => {
  const { file, start, sleep, tokenRequests } = await shared()
  sleep()
  const programs = await start(5)
  await fetchAtOnce(programs)
  expect(tokenRequests()).toBe(1)

  const [first, ...others] = programs
  first?.type('logout')
  await first?.prints('heard true\n')
  await Promise.all(others.map((program) => program.prints('user undefined\n')))
  expect(await Promise.all(programs.map((program) => program.end()))).toEqual(Array(5).fill(0))
  expect(readdirSync(join(file, '..'))).toEqual([])
})

it('goes on at once in the others when a process is killed while it refreshes', async () => {
  const { file, start, sleep, tokenRequests, atTokenRequest } = await shared()
  sleep()
  const [victim, ...others] = await start(3)
  const killed = atTokenRequest(() => victim?.kill())
  victim?.type('fetch')
  await killed
  expect(readdirSync(join(file, '..'))).toContain('session.json.lock')
  await fetchAtOnce(others)
  // The victim's, and one for all others.
  expect(tokenRequests()).toBe(2)
})

it('examples/node-script signs in once, and stays signed in from run to run', async () => {
  const { server, url } = await listening()
  const environment = { HOME: folder(), ISSUER: url }
  const script = join(examples, 'node-script/items.js')
  const run = async (args: readonly string[], typed?: string) => {
    const program = new Program(process.execPath, [script, ...args], environment)
    if (typed !== undefined) program.type(typed)
    return { status: await program.end(), printed: program.printed.trim() }
  }

  expect(await run(['list'])).toEqual({
    status: 1,
    printed: 'Nobody is signed in; run: node items.js login',
  })
  expect(await run(['login', 'alice'], 'wrong')).toEqual({
    status: 1,
    printed: expect.stringContaining('Incorrect username or password'),
  })
  const login = await run(['login', 'alice'], alice.password)
  expect(login).toEqual({ status: 0, printed: expect.stringContaining('Signed in as alice') })
  expect(login.printed).not.toContain(alice.password)
  expect(await run(['list'])).toEqual({ status: 0, printed: items })
  server.pass(31 * 60_000)
  expect(await run(['list'])).toEqual({ status: 0, printed: items })
  expect(await run(['logout'])).toEqual({ status: 0, printed: 'Signed out' })
  expect((await run(['list'])).status).toBe(1)
})

const pythonAbsent = spawnSync('python3', ['--version']).status !== 0

it.skipIf(pythonAbsent)('examples/python-client stays signed in', async () => {
  const { server, url } = await listening()
  const script = join(examples, 'python-client/client.py')
  const start = () => new Program('python3', [script, 'alice'], { ISSUER: url })

  const wrong = start()
  wrong.type('wrong')
  expect(await wrong.end()).toBe(1)
  expect(wrong.printed.trim()).toBe('Incorrect username or password')

  const right = start()
  right.type(alice.password)
  right.type('/items/')
  await right.prints('"Example Item"}]\n')
  server.pass(31 * 60_000)
  right.type('/users/me')
  await right.prints('"username": "alice"')
  expect(await right.end()).toBe(0)
  expect(right.printed).toMatch(/\nSigned out\n$/)
  expect(await server.latchkey.sessions.list({ limit: 9 })).toMatchObject({ rows: [] })
})

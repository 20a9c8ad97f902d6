/** Processes that share a session by its file. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { alice, testServer } from '../../server/test/test-server.js'
import { createClient } from '../src/index.js'
import { fileStorage } from '../src/node.js'

vi.setConfig({ testTimeout: 120_000 })

const patiently = { timeout: 60_000, interval: 20 }

/** A process of its own that does what it is told. */
class Program {
  readonly #child: ChildProcess
  #printed = ''

  constructor(url: string, file: string) {
    const script = join(import.meta.dirname, 'file-process.mjs')
    this.#child = spawn(process.execPath, [script, url, file], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#child.stdout?.on('data', (text) => {
      this.#printed += text
    })
    onTestFinished(() => this.kill())
  }

  say(command: 'fetch' | 'logout'): void {
    this.#child.stdin?.write(`${command}\n`)
  }

  async prints(line: string): Promise<void> {
    await vi.waitFor(() => expect(this.#printed).toContain(`${line}\n`), patiently)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** Its exit status once there is nothing more for it to do. */
  end(): Promise<number | null> {
    this.#child.stdin?.end()
    return new Promise((resolve) => this.#child.once('exit', resolve))
  }
}

interface Setting {
  file: string
  /** Starts programs that know who is signed in, and no refresh yet. */
  start(count: number): Promise<Program[]>
  /** As if the machine had slept for half an hour and a minute. */
  sleep(): void
  /** How often a token was asked for since. */
  tokenRequests(): number
  /** Resolves when the server gets a request for a token, before it has answered. */
  nextTokenRequest(act: () => void): Promise<void>
}

async function signedIn(): Promise<Setting> {
  const server = await testServer()
  await server.addUser()
  const url = await server.app.listen({ host: '127.0.0.1', port: 0 })
  let asked = 0
  const isTokenRequest = (request: IncomingMessage) => request.url === '/oauth/token'
  server.app.server.on('request', (request: IncomingMessage) => {
    if (isTokenRequest(request)) asked++
  })
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-processes-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'session.json')
  const auth = createClient({ url, storage: fileStorage(file) })
  await auth.login(alice)
  auth.close()
  return {
    file,
    start: async (count) => {
      const programs = Array.from({ length: count }, () => new Program(url, file))
      await Promise.all(programs.map((program) => program.prints('user alice')))
      return programs
    },
    sleep: () => {
      const session = JSON.parse(readFileSync(file, 'utf8'))
      writeFileSync(file, JSON.stringify({ ...session, receivedAt: Date.now() - 31 * 60_000 }))
      asked = 0
    },
    tokenRequests: () => asked,
    nextTokenRequest: (act) =>
      new Promise((resolve) => {
        server.app.server.prependListener('request', function listener(request: IncomingMessage) {
          if (!isTokenRequest(request)) return
          server.app.server.off('request', listener)
          act()
          resolve()
        })
      }),
  }
}

async function fetchAtOnce(programs: readonly Program[]): Promise<void> {
  for (const program of programs) program.say('fetch')
  await Promise.all(programs.map((program) => program.prints('status 200')))
}

it('refreshes once for all processes, and signs all out with one', async () => {
  const { file, start, sleep, tokenRequests } = await signedIn()
  sleep()
  const programs = await start(6)
  await fetchAtOnce(programs)
  expect(tokenRequests()).toBe(1)

  const [first, ...others] = programs
  first?.say('logout')
  await first?.prints('heard true')
  await Promise.all(others.map((program) => program.prints('user undefined')))
  expect(await Promise.all(programs.map((program) => program.end()))).toEqual(Array(6).fill(0))
  expect(readdirSync(join(file, '..'))).toEqual([])
})

it('goes on at once in the others when a process is killed while it refreshes', async () => {
  const { file, start, sleep, tokenRequests, nextTokenRequest } = await signedIn()
  sleep()
  const [victim, ...others] = await start(4)
  const killed = nextTokenRequest(() => victim?.kill())
  victim?.say('fetch')
  await killed
  expect(readdirSync(join(file, '..'))).toContain('session.json.lock')
  await fetchAtOnce(others)
  // The victim's, and one for all others.
  expect(tokenRequests()).toBe(2)
})

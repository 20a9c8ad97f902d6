/** Processes that share a session by its file. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { alice, testServer } from '../../server/test/test-server.js'
import { createClient } from '../src/index.js'
import { fileStorage } from '../src/node.js'

vi.setConfig({ testTimeout: 120_000 })

const patiently = { timeout: 60_000, interval: 20 }
const count = 8

class Program {
  readonly #child: ChildProcess
  #printed = ''

  constructor(url: string, file: string) {
    const program = join(import.meta.dirname, 'file-process.mjs')
    const child = spawn(process.execPath, [program, url, file], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    child.stdout?.on('data', (text) => {
      this.#printed += text
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    this.#child = child
  }

  say(command: 'fetch' | 'logout'): void {
    this.#child.stdin?.write(`${command}\n`)
  }

  /** Waits until it has printed these lines, whatever came before. */
  async prints(...lines: string[]): Promise<void> {
    const text = `${lines.join('\n')}\n`
    await vi.waitFor(() => expect(this.#printed).toContain(text), patiently)
    this.#printed = ''
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** Its exit status once there is nothing more for it to do. */
  async end(): Promise<number | null> {
    this.#child.stdin?.end()
    return new Promise((resolve) => this.#child.once('exit', resolve))
  }
}

it('refreshes once for all processes, also after one was killed while it refreshed', async () => {
  const server = await testServer()
  await server.addUser()
  const url = await server.app.listen({ host: '127.0.0.1', port: 0 })
  let tokenRequests = 0
  let seen = (_: ServerResponse) => {}
  server.app.server.on('request', ({ url: path }: IncomingMessage, response: ServerResponse) => {
    if (path !== '/oauth/token') return
    tokenRequests++
    seen(response)
  })

  const folder = mkdtempSync(join(tmpdir(), 'latchkey-processes-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'session.json')
  const first = createClient({ url, storage: fileStorage(file) })
  onTestFinished(() => first.close())
  await first.login(alice)

  /** As if all had slept for half an hour and a minute. */
  const sleep = () => {
    const session = JSON.parse(readFileSync(file, 'utf8'))
    session.receivedAt -= 31 * 60_000
    writeFileSync(file, JSON.stringify(session))
    tokenRequests = 0
  }
  const open = () => new Program(url, file)
  const programs = Array.from({ length: count }, open)
  await Promise.all(programs.map((program) => program.prints('user alice')))
  // Those that have an older copy in memory, as well as those that start now.
  sleep()
  const late = Array.from({ length: count }, open)
  await Promise.all(late.map((program) => program.prints('user alice')))
  for (const program of late) program.say('fetch')
  await Promise.all(late.map((program) => program.prints('status 200')))
  expect(tokenRequests).toBe(1)

  const [victim, ...others] = late
  if (victim === undefined) throw new Error('There is no process')
  
})

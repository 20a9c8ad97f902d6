/** The examples of apps that are no pages, as their READMEs run them. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { alice, type TestServer, testServer } from '../../server/test/test-server.js'

vi.setConfig({ testTimeout: 90_000 })

const examples = join(import.meta.dirname, '../../../examples')
const items = '[{"item_id":1,"name":"Example Item"}]'

interface Setting {
  server: TestServer
  address: string
}

async function listening(): Promise<Setting> {
  const server = await testServer()
  await server.addUser()
  return { server, address: await server.app.listen({ host: '127.0.0.1', port: 0 }) }
}

/** What a process prints, and how it ends. */
class Run {
  printed = ''
  readonly #child: ChildProcess
  readonly #ended: Promise<number | null>

  constructor(command: string, args: readonly string[], environment: Record<string, string>) {
    const env = { PATH: process.env.PATH, ...environment }
    this.#child = spawn(command, args, { env, stdio: 'pipe' })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.printed += text
      })
    }
    this.#ended = new Promise((resolve) => this.#child.once('close', resolve))
    onTestFinished(() => void this.#child.kill('SIGKILL'))
  }

  type(line: string): void {
    this.#child.stdin?.write(`${line}\n`)
  }

  end(): Promise<number | null> {
    this.#child.stdin?.end()
    return this.#ended
  }
}

it('examples/node-script signs in once, and stays signed in from run to run', async () => {
  const { server, address } = await listening()
  const home = mkdtempSync(join(tmpdir(), 'latchkey-example-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const script = join(examples, 'node-script/items.js')
  const run = async (args: readonly string[], typed = '') => {
    const running = new Run(process.execPath, [script, ...args], { HOME: home, ISSUER: address })
    if (typed !== '') running.type(typed)
    return { status: await running.end(), printed: running.printed.trim() }
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
  const { server, address } = await listening()
  const script = join(examples, 'python-client/client.py')
  const start = () => new Run('python3', [script, 'alice'], { ISSUER: address })

  const wrong = start()
  wrong.type('wrong')
  expect(await wrong.end()).toBe(1)
  expect(wrong.printed.trim()).toBe('Incorrect username or password')

  const right = start()
  right.type(alice.password)
  right.type('/items/')
  await vi.waitFor(() => expect(right.printed).toContain('"Example Item"}]\n'), 60_000)
  server.pass(31 * 60_000)
  right.type('/users/me')
  await vi.waitFor(() => expect(right.printed).toContain('"username": "alice"'), 60_000)
  expect(await right.end()).toBe(0)
  expect(right.printed).toMatch(/\nSigned out\n$/)
  expect(await server.latchkey.sessions.list({ limit: 9 })).toMatchObject({ rows: [] })
})

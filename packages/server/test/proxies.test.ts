/** The lines that docs/deployment.md prints for proxies, in those that this machine has. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isTcp } from '../src/loopback.js'
import { listen } from './raw-http.js'
import { forgedAddress, spoofedHeaders } from './spoofed-headers.js'
import { alice, type TestServer, testServer } from './test-server.js'

interface Proxy {
  readonly name: 'nginx' | 'Caddy'
  readonly version: readonly string[]
  /** @param lines as they are printed */
  config(port: number, lines: readonly string[], folder: string): string
  run(file: string, folder: string): readonly string[]
}

const proxies: readonly Proxy[] = [
  {
    name: 'nginx',
    version: ['nginx', '-v'],
    config: (port, lines, folder) => `
      daemon off; master_process off; pid ${folder}/pid; error_log stderr; events {}
      http {
        access_log off;
        ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
        server { listen 127.0.0.1:${port}; location / { ${lines.join(' ')} } }
      }`,
    run: (file, folder) => ['nginx', '-e', 'stderr', '-p', folder, '-c', file],
  },
  {
    name: 'Caddy',
    version: ['caddy', 'version'],
    config: (port, lines) => `
      {
        admin off
        auto_https off
      }
      http://127.0.0.1:${port} {
        ${lines.join('\n')}
      }`,
    run: (file) => ['caddy', 'run', '--adapter', 'caddyfile', '--config', file],
  },
]

describe.for(proxies)('behind $name, by the lines of docs/deployment.md', (proxy) => {
  const [command = '', ...args] = proxy.version
  const isAbsent = spawnSync(command, args).error !== undefined

  it.skipIf(isAbsent)('H05 who called is known, and nobody is whom they say', async () => {
    const server = await testServer({ trustedProxies: '1' })
    await server.addUser()
    const port = await running(proxy, await listen(server.app))
    for (const [name, value] of [['X-A', 'b'] as const, ...spoofedHeaders]) {
      const { status } = await signIn(port, { [name]: value })
      // What is no header by HTTP a proxy may turn away itself.
      expect([name, value, status]).toEqual([name, value, expect.toBeOneOf([200, 400])])
      if (status === 200)
        expect([name, value, await addressOf(server)]).toEqual([name, value, caller])
    }
    expect(server.log.join('')).not.toContain(forgedAddress)
  })

  it.skipIf(isAbsent)('what Latchkey answers arrives whole', async () => {
    const server = await testServer({ trustedProxies: '1', failuresPerName: '3/1h' })
    await server.addUser()
    const port = await running(proxy, await listen(server.app))
    const good = await signIn(port)
    expect(good.headers).toMatchObject({
      'cache-control': 'no-store',
      'latchkey-device': expect.stringMatching(/^lkd_/),
    })
    for (let at = 0; at < 3; at++) {
      expect((await signIn(port, {}, { password: 'wrong' })).status).toBe(401)
    }
    const late = await signIn(port, {}, { password: 'wrong' })
    expect([late.status, Number(late.headers['retry-after'])]).toEqual([429, expect.any(Number)])
    const large = await signIn(port, {}, { password: 'x'.repeat(20_000) })
    expect(large.status).toBe(413)
  })
})

it('keeps idle connections for as long as the proxy in front needs', async () => {
  const [usual, longer] = [await testServer(), await testServer({ keepAlive: '620s' })]
  expect(usual.app.server.keepAliveTimeout).toBe(72_000)
  expect(longer.app.server.keepAliveTimeout).toBe(620_000)
})

/** Another address of loopback than the proxy's. */
const caller = '127.0.0.2'

async function running(proxy: Proxy, to: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-proxy-'))
  const port = await freePort()
  const file = join(folder, 'config')
  await writeFile(file, proxy.config(port, await printedLines(proxy.name, to), folder))
  const [command = '', ...args] = proxy.run(file, folder)
  // What it keeps, it keeps here.
  const env = { PATH: process.env.PATH, HOME: folder }
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text
  })
  onTestFinished(async () => {
    await end(child)
    await rm(folder, { recursive: true, force: true })
  })
  // Until then it shows what the proxy says.
  await expect.poll(async () => (await answers(port)) || told, { timeout: 20_000 }).toBe(true)
  return port
}

/** Of the page's table, those of a proxy, leading to a port. */
async function printedLines(name: string, port: number): Promise<string[]> {
  const page = await readFile(new URL('../../../docs/deployment.md', import.meta.url), 'utf8')
  const [, row = ''] = new RegExp(`^\\| ${name} \\|([^|]*)\\|`, 'm').exec(page) ?? []
  const lines = [...row.matchAll(/`([^`]* [^`]*)`/g)].map(([, line = '']) => line)
  expect(lines.join(' ')).toContain('127.0.0.1:8000')
  return lines.map((line) => line.replace('127.0.0.1:8000', `127.0.0.1:${port}`))
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || !isTcp(address)) throw new Error('It listens nowhere')
  server.close()
  return address.port
}

async function answers(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined)
  return answer?.status === 200
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

async function signIn(port: number, headers: Record<string, string> = {}, fields = {}) {
  const body = new URLSearchParams({ ...alice, ...fields }).toString()
  const type = 'application/x-www-form-urlencoded'
  const sent = httpRequest({
    port,
    host: '127.0.0.1',
    localAddress: caller,
    method: 'POST',
    path: '/token',
    agent: false,
    headers: { 'content-type': type, 'content-length': body.length, ...headers },
  })
  sent.end(body)
  const [answer] = await once(sent, 'response')
  await answer.resume().toArray()
  return { status: Number(answer.statusCode), headers: answer.headers }
}

async function addressOf({ latchkey }: TestServer): Promise<string | null | undefined> {
  const { rows } = await latchkey.store.audit.list({ limit: 1, event: 'sign_in' })
  return rows[0]?.address
}

import { existsSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { closedFolder, emptyFolder, type Finished, run, start } from './run.js'

// Many processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 120_000 })

const secretKey = '0123456789abcdef'.repeat(4)

function serveSettings(): Record<string, string> {
  return {
    LATCHKEY_DATABASE_URL: `sqlite:${emptyFolder()}/data/latchkey.db`,
    LATCHKEY_ISSUER: 'https://auth.example.com',
    LATCHKEY_SECRET_KEY: secretKey,
    LATCHKEY_PORT: '0',
  }
}

function demoSettings(): Record<string, string> {
  return { LATCHKEY_DATABASE_URL: `sqlite:${emptyFolder()}/data/latchkey.db`, LATCHKEY_PORT: '0' }
}

async function signIn(address: string, username: string, password: string, scope = '') {
  const body = new URLSearchParams({ username, password, scope })
  const answer = await fetch(`${address}/token`, { method: 'POST', body })
  const { access_token: token } = await answer.json()
  return { status: answer.status, token }
}

async function me(address: string, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` }
  return (await fetch(`${address}/users/me`, { headers })).status
}

async function portInUse(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  return address !== null && typeof address === 'object' ? String(address.port) : ''
}

function expectOneSentence({ status, stderr }: Finished, sentence: RegExp): void {
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(sentence) })
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
}

describe('latchkey serve', () => {
  it('serves until it is told to stop, and logs JSON without secrets', async () => {
    const server = start(['serve'], { env: serveSettings() })
    const [, address = ''] = await server.until(/"address":"(http:\/\/127\.0\.0\.1:\d+)"/)
    expect((await fetch(`${address}/readyz`)).status).toBe(200)
    expect(await server.stop('SIGTERM')).toBe(0)
    const lines = server.printed().trimEnd().split('\n')
    const logged = lines.filter((line) => !line.startsWith('There are no users yet.'))
    expect(logged.map((line) => JSON.parse(line).msg)).toEqual(
      expect.arrayContaining(['listening', 'stopping']),
    )
    expect(server.printed()).not.toContain(secretKey)
  })

  it.for([
    ['is thrown', "throw new Error('a canary')", '1'],
    ['is rejected', "Promise.reject(new Error('a canary'))", '1'],
    ['is thrown in the primary of two processes', "throw new Error('a canary')", '2'],
  ] as const)(
    'K05 finishes what it does and ends, where a fault %s outside any request',
    async ([, fault, workers]) => {
      const hook = `process.on('SIGUSR2', () => { setImmediate(() => { ${fault} }) })`
      const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(hook)}`
      const env = { ...serveSettings(), LATCHKEY_WORKERS: workers, NODE_OPTIONS }
      const server = start(['serve'], { env })
      const [, address = ''] = await server.until(/"address":"(http:\/\/127\.0\.0\.1:\d+)"/)
      const { hostname, port } = new URL(address)
      const socket = connect(Number(port), hostname).setEncoding('utf8')
      const head =
        'POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded'
      socket.write(`${head}\r\nContent-Length: 23\r\n\r\nusername=bob`)
      await fetch(`${address}/healthz`)
      const ended = server.stop('SIGUSR2')
      await server.until(/a fault that nobody expected/)
      socket.write('&password=x')
      expect((await socket.toArray()).join('')).toMatch(/^HTTP\/1\.1 401 /)
      expect(await ended).toBe(1)
      const lines = server.printed().trimEnd().split('\n')
      const [fatal, ...others] = lines.filter((line) => line.includes('a canary'))
      expect(JSON.parse(fatal ?? '')).toMatchObject({ level: 60, err: { message: 'a canary' } })
      expect(others).toEqual([])
    },
  )

  it.each(['1', '2'])(
    'I06 prints a link for the first admin until there is a user, and never logs it, with %s processes',
    async (workers) => {
      const env = { ...serveSettings(), LATCHKEY_WORKERS: workers, LATCHKEY_LOG_LEVEL: 'trace' }
      const listening = /"address":"(http:\/\/127\.0\.0\.1:\d+)".*"msg":"listening"/
      const link = /^There are no users yet\..* (https:\/\/auth\.example\.com\/\S+#token=(\S+))$/m
      const first = start(['serve'], { env })
      const [, , old = ''] = await first.until(link)
      await first.stop()

      const server = start(['serve'], { env })
      const [, address = ''] = await server.until(listening)
      const [, url, token = ''] = await server.until(link)
      expect(url).toBe(`https://auth.example.com/account/first-admin#token=${token}`)
      const become = (holding: string, username: string) =>
        fetch(`${address}/first-admin`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ token: holding, username, password: 'correct horse battery' }),
        })
      expect((await become(old, 'root')).status).toBe(400)
      expect((await become(token, 'root')).status).toBe(201)
      expect((await become(token, 'other')).status).toBe(400)
      const { token: admin } = await signIn(address, 'root', 'correct horse battery', 'admin')
      const headers = { authorization: `Bearer ${admin}` }
      expect((await fetch(`${address}/admin/users`, { headers })).status).toBe(200)
      await server.stop()
      expect(server.printed().split(token)).toHaveLength(2)

      const third = start(['serve'], { env })
      await third.until(listening)
      await third.stop()
      expect(third.printed()).not.toContain('first admin')
    },
  )

  it('stops by SIGINT too', async () => {
    const server = start(['serve'], { env: serveSettings() })
    await server.until(/"msg":"listening"/)
    expect(await server.stop('SIGINT')).toBe(0)
  })

  it('L01 does not start when it is told too little, and says all that it needs', async () => {
    const finished = await run(['serve'])
    expect(finished).toMatchObject({ status: 1, stdout: '' })
    expect(finished.stderr).toMatch(/^- LATCHKEY_ISSUER is required/m)
    expect(finished.stderr).toMatch(/^- LATCHKEY_SECRET_KEY is required/m)
  })

  it('says in one sentence why it can’t start', async () => {
    const env = serveSettings()
    const port = await portInUse()
    const [busy, unwritable, foreign] = await Promise.all([
      run(['serve'], { env: { ...serveSettings(), LATCHKEY_PORT: port } }),
      run(['serve'], {
        env: { ...env, LATCHKEY_DATABASE_URL: `sqlite:${closedFolder()}/data/latchkey.db` },
        unprivileged: true,
      }),
      run(['serve'], { env: { ...serveSettings(), LATCHKEY_HOST: '192.0.2.1' } }),
    ])
    expectOneSentence(busy, new RegExp(`^Port ${port} is in use .*LATCHKEY_PORT`))
    expectOneSentence(unwritable, /^The folder .*data can't be made \(EACCES/)
    expectOneSentence(foreign, /no such address to listen on/)
  })

  it('C05 does not start with another master secret than the one its keys are stored under', async () => {
    const env = serveSettings()
    const server = start(['serve'], { env })
    await server.until(/"msg":"listening"/)
    await server.stop()
    const other = { ...env, LATCHKEY_SECRET_KEY: 'f'.repeat(64) }
    const [refused, examined] = await Promise.all([
      run(['serve'], { env: other }),
      run(['doctor', '--json'], { env: other }),
    ])
    expectOneSentence(refused, /stored under another master secret/)
    expect(examined.status).toBe(1)
    expect(JSON.parse(examined.stdout).findings).toContainEqual({
      check: 'signing keys',
      verdict: 'fails',
      detail: expect.stringMatching(/another master secret/),
    })
  })
})

describe('latchkey demo', () => {
  it('greets with all that one needs, and with the admin’s password this once', async () => {
    const env = demoSettings()
    const demo = start(['demo'], { env })
    const [, address = '', port] = await demo.until(/listening on (http:\/\/127\.0\.0\.1:(\d+)) /)
    const [, password = ''] = await demo.until(/ admin +admin \/ (\S{16}) /)
    await demo.until(/curl .*\/users\/me/)
    expect(demo.printed()).toContain(`(and http://localhost:${port})`)
    expect(demo.printed()).toMatch(/demo user +testuser \/ password123/)
    expect(demo.printed()).toContain(
      `curl -X POST ${address}/token -d "username=testuser&password=password123"`,
    )
    expect(demo.printed()).toContain(`${address}/docs`)
    const [, pages = ''] = await demo.until(/ account +(http:\/\/localhost:\d+\/account) /)
    expect(await (await fetch(pages)).text()).toContain('"demo":{"username":"testuser"')

    const testuser = await signIn(address, 'testuser', 'password123')
    const admin = await signIn(address, 'admin', password, 'admin')
    expect([testuser.status, admin.status]).toEqual([200, 200])
    expect(await me(address, testuser.token)).toBe(200)
    const newcomer = await fetch(`${address}/users`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'newcomer', password: 'correct horse battery' }),
    })
    expect(newcomer.status).toBe(201)
    expect(demo.printed()).not.toContain('first admin')
    if (existsSync('/proc/net/if_inet6')) {
      expect((await fetch(`http://[::1]:${port}/healthz`)).status).toBe(200)
    }
    expect(await demo.stop()).toBe(0)

    const again = start(['demo'], { env })
    await again.until(/curl .*\/users\/me/)
    expect(again.printed()).not.toContain('admin /')
    expect(again.printed()).not.toContain(password)
    expect(await again.stop()).toBe(0)
  })

  it('L01 does not start in production, or for other machines', async () => {
    const [production, everywhere] = await Promise.all([
      run(['demo'], { env: { ...demoSettings(), NODE_ENV: 'production' } }),
      run(['demo'], { env: { ...demoSettings(), LATCHKEY_HOST: '0.0.0.0' } }),
    ])
    expect(production).toMatchObject({ status: 1, stdout: '' })
    expect(production.stderr).toMatch(/does not start with NODE_ENV=production/)
    expect(everywhere).toMatchObject({ status: 1, stdout: '' })
    expect(everywhere.stderr).toMatch(/listens on loopback only/)
  })

  it('tells the admin’s password even when it can’t listen, for it is made already', async () => {
    const env = { ...demoSettings(), LATCHKEY_PORT: await portInUse() }
    const finished = await run(['demo'], { env })
    expectOneSentence(finished, /^Port \d+ is in use/)
    expect(finished.stdout).toMatch(/admin \/ \S{16} /)
  })
})

describe('a command beside a running server', () => {
  it('E13 takes hold at once: a new user, a new password, disabling', async () => {
    const env = demoSettings()
    const demo = start(['demo'], { env })
    const [, address = ''] = await demo.until(/curl (http:\S+)\/users\/me/)

    await run(['user', 'add', 'alice'], { env, input: 'correct horse battery' })
    const first = await signIn(address, 'alice', 'correct horse battery')
    expect(await me(address, first.token)).toBe(200)

    expect(
      await run(['user', 'set-password', 'ALICE'], { env, input: 'another long one' }),
    ).toEqual({
      status: 0,
      stdout: 'Changed the password of alice and ended their sessions.\n',
      stderr: '',
    })
    expect(await me(address, first.token)).toBe(401)
    expect((await signIn(address, 'alice', 'correct horse battery')).status).toBe(401)
    const second = await signIn(address, 'alice', 'another long one')
    expect(await me(address, second.token)).toBe(200)

    expect(await run(['user', 'disable', 'alice'], { env })).toMatchObject({
      stdout: 'Disabled alice and ended their sessions.\n',
    })
    expect(await me(address, second.token)).toBe(401)
    expect((await signIn(address, 'alice', 'another long one')).status).toBe(401)

    expect(await run(['user', 'enable', 'alice'], { env })).toMatchObject({
      stdout: 'Enabled alice.\n',
    })
    expect(await me(address, second.token)).toBe(401)
    expect((await signIn(address, 'alice', 'another long one')).status).toBe(200)
  })
})

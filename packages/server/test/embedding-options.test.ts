import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fastify, { type FastifyHttpOptions, type FastifyInstance } from 'fastify'
import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type LatchkeyOptions, latchkey, SettingsError } from '../src/index.js'
import { databaseWithAlice, secretKey } from './embedded.js'
import { alice, issuer } from './test-server.js'

let databaseUrl: string

beforeAll(async () => {
  databaseUrl = await databaseWithAlice()
})

describe('the issuer of an embedded server', () => {
  it('is the loopback address that the app listens on', async () => {
    const app = await appWith()
    const address = await app.listen({ host: '127.0.0.1', port: 0 })
    const token = await signIn(app)
    expect(decodeJwt(token)).toMatchObject({ iss: address, aud: address })
    expect(await statusOf(app, '/guarded', token)).toBe(200)
  })

  it('has the path of the prefix, in one spelling however that is written', async () => {
    for (const prefix of ['/auth', 'auth', '/auth/']) {
      const app = await appWith({ prefix })
      const address = await app.listen({ host: '127.0.0.1', port: 0 })
      const token = await signIn(app, '/auth')
      expect(decodeJwt(token).iss).toBe(`${address}/auth`)
      expect(await statusOf(app, '/guarded', token)).toBe(200)
      expect(await statusOf(app, '/auth/users/me', token)).toBe(200)
    }
  })

  it('has the path of the context that it is registered in', async () => {
    const app = fastify()
    onTestFinished(() => app.close())
    await app.register(
      async (child) => {
        await child.register(latchkey, { databaseUrl, secretKey, prefix: '/auth' })
      },
      { prefix: '/v1' },
    )
    const address = await app.listen({ host: '127.0.0.1', port: 0 })
    const token = await signIn(app, '/v1/auth')
    expect(decodeJwt(token).iss).toBe(`${address}/v1/auth`)
    expect(await statusOf(app, '/v1/auth/users/me', token)).toBe(200)
  })

  it('is reached by IPv4 where the app listens on every address, or on both of localhost', async () => {
    for (const host of ['0.0.0.0', 'localhost']) {
      const app = await appWith()
      await app.listen({ host, port: 0 })
      expect(decodeJwt(await signIn(app)).iss).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    }
  })

  it('takes tokens of before the app listens until it does, and none of them after', async () => {
    const app = await appWith()
    const early = await signIn(app)
    expect(decodeJwt(early).iss).toBe('http://127.0.0.1')
    expect(await statusOf(app, '/guarded', early)).toBe(200)
    await app.listen({ host: '127.0.0.1', port: 0 })
    expect(await statusOf(app, '/guarded', early)).toBe(401)
    expect(await statusOf(app, '/guarded', await signIn(app))).toBe(200)
  })

  it('is the one that was given, wherever the app listens and whatever Host says', async () => {
    const app = await appWith({ issuer: 'https://auth.example.com' })
    await app.listen({ host: '127.0.0.1', port: 0 })
    const token = await signIn(app)
    expect(decodeJwt(token).iss).toBe('https://auth.example.com')
    expect(await statusOf(app, '/guarded', token)).toBe(200)
  })

  it.skipIf(process.platform === 'win32')(
    'is asked for where no loopback address is listened on',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'latchkey-socket-'))
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
      const logged: string[] = []
      const stream = { write: (line: string) => void logged.push(line) }
      const app = await appWith({}, { logger: { stream } })
      const closed = new Promise((resolve) => app.server.once('close', resolve))
      await app.listen({ path: join(folder, 'app.sock') })
      await closed
      expect(logged.join('')).toContain('issuer is required')
    },
  )
})

describe('the options of an embedded server', () => {
  it('L01 want the master secret in production, and say all that is wrong at once', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    onTestFinished(() => void vi.unstubAllEnvs())
    const faults = await faultsOf({ databaseUrl, accessTokenTtl: 'soon', scops: 'a=b' })
    expect(faults).toHaveLength(3)
    expect(faults.join('\n')).toMatch(/scops is not a setting; did you mean scopes\?/)
    expect(faults.join('\n')).toMatch(/accessTokenTtl is "soon" but/)
    expect(faults.join('\n')).toMatch(/^secretKey is required/m)
  })

  it('are enough in production with it', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    onTestFinished(() => void vi.unstubAllEnvs())
    const app = await appWith({ issuer })
    expect(await statusOf(app, '/guarded', await signIn(app))).toBe(200)
  })

  it('leave the documentation out with docs: false', async () => {
    const app = await appWith({ docs: false })
    for (const url of ['/docs', '/docs/', '/docs/static/index.css', '/openapi.json']) {
      expect((await app.inject(url)).statusCode).toBe(404)
    }
    expect(await statusOf(app, '/guarded', await signIn(app))).toBe(200)
  })
})

describe('an app that embeds Latchkey', () => {
  it('may have two, each in a context of its own, whose tokens are not each other’s', async () => {
    const app = fastify()
    onTestFinished(() => app.close())
    for (const name of ['one', 'two']) {
      await app.register(
        async (child) => {
          await child.register(latchkey, { databaseUrl, secretKey })
          child.get('/guarded', { onRequest: child.latchkey.requires() }, () => 'inside')
        },
        { prefix: `/${name}` },
      )
    }
    await app.listen({ host: '127.0.0.1', port: 0 })
    const [one, two] = [await signIn(app, '/one'), await signIn(app, '/two')]
    expect(await statusOf(app, '/one/guarded', one)).toBe(200)
    expect(await statusOf(app, '/two/guarded', two)).toBe(200)
    expect(await statusOf(app, '/one/guarded', two)).toBe(401)
    expect(await statusOf(app, '/two/guarded', one)).toBe(401)
    expect(app.hasDecorator('latchkey')).toBe(false)
    expect((await app.inject('/one/docs/json')).json().paths).toHaveProperty('/one/guarded')
    expect((await app.inject('/one/docs/json')).json().paths).not.toHaveProperty('/two/guarded')
  })

  it('may take paths with and without a slash for one', async () => {
    for (const options of [
      { routerOptions: { ignoreTrailingSlash: true } },
      { routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true } },
    ]) {
      const app = await appWith({}, options)
      const token = await signIn(app)
      for (const url of ['/users/me', '/users/me/'])
        expect(await statusOf(app, url, token)).toBe(200)
      for (const url of ['/docs', '/docs/']) expect((await app.inject(url)).statusCode).toBe(200)
    }
  })

  it('may write its answers in a way of its own', async () => {
    const app = fastify()
    onTestFinished(() => app.close())
    app.setReplySerializer((value) => JSON.stringify({ own: value }))
    await app.register(latchkey, { databaseUrl, secretKey })
    app.get('/own', () => ({ a: 1 }))
    expect((await app.inject('/own')).json()).toEqual({ own: { a: 1 } })
    const headers = { authorization: `Bearer ${await signIn(app)}` }
    const me = await app.inject({ url: '/users/me', headers })
    expect(me.json()).toMatchObject({ username: 'alice' })
  })

  it('finds the caller in request.principal, and `requires` fits every hook before the handler', async () => {
    const app = await appWith({ subject: 'username' })
    const authenticated = app.latchkey.requires('account')
    app.get('/a', { onRequest: authenticated }, (request) => request.principal.subject)
    app.get('/b', { preHandler: [authenticated] }, (request) => request.principal.scopes)
    app.register(async (child) => {
      child.addHook('onRequest', authenticated)
      child.get('/c', (request) => request.principal.clientId)
    })
    const token = await signIn(app)
    const get = (url: string) => app.inject({ url, headers: { authorization: `Bearer ${token}` } })
    expect((await get('/a')).body).toBe('alice')
    expect((await get('/b')).json()).toEqual(['account'])
    expect((await get('/c')).body).toBe('first-party')
    for (const url of ['/a', '/b', '/c']) expect((await app.inject(url)).statusCode).toBe(401)
  })

  it('leaves nothing open when it is closed: the process ends by itself', async () => {
    const program = join(import.meta.dirname, 'embedded-app.mjs')
    const child = spawn(process.execPath, [program, new URLSearchParams(alice).toString()], {
      env: {
        PATH: process.env.PATH,
        LATCHKEY_DATABASE_URL: databaseUrl,
        LATCHKEY_SECRET_KEY: secretKey,
      },
      stdio: 'inherit',
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
  })
})

/** An app with Latchkey on alice's database, and a guarded route. */
async function appWith(
  options: LatchkeyOptions = {},
  server: FastifyHttpOptions<Server> = {},
): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify(server)
  onTestFinished(() => app.close())
  await app.register(latchkey, { databaseUrl, secretKey, ...options })
  app.get('/guarded', { onRequest: app.latchkey.requires() }, () => 'inside')
  return app
}

async function signIn(app: FastifyInstance, prefix = ''): Promise<string> {
  const answer = await app.inject({
    method: 'POST',
    url: `${prefix}/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(alice).toString(),
  })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<{ access_token: string }>().access_token
}

async function statusOf(app: FastifyInstance, url: string, token: string): Promise<number> {
  const answer = await app.inject({ url, headers: { authorization: `Bearer ${token}` } })
  return answer.statusCode
}

async function faultsOf(options: object): Promise<readonly string[]> {
  const app = fastify()
  onTestFinished(() => app.close())
  const error: unknown = await app.register(latchkey, options).then(
    () => undefined,
    (fault: unknown) => fault,
  )
  expect(error).toBeInstanceOf(SettingsError)
  return error instanceof SettingsError ? error.faults : []
}

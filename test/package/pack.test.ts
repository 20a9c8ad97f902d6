import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Consumer, packages, root } from './consumer.js'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let project: Consumer

beforeAll(() => {
  project = new Consumer()
})

afterAll(() => project?.remove())

/** Thousands of bytes, sent and on a disk: what surprises nobody yet. */
const sizes: Record<string, readonly [number, number]> = {
  latchkey: [2300, 7500],
  '@latchkey/guard': [140, 520],
  '@latchkey/client': [60, 200],
}

describe.each(packages)('the package $name', ({ name, folder }) => {
  const files = () => project.filesOf(name)
  const read = (file: string) => project.read(`node_modules/${name}/${file}`)
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))

  it('holds what runs, what it was made of, and nothing else', () => {
    expect(files()).toEqual(
      expect.arrayContaining(['package.json', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts']),
    )
    for (const file of files()) {
      expect(file).toMatch(
        /^(?:dist|src|bin)\/|^(?:package\.json|README\.md|LICENSE|NOTICE|THIRD-PARTY\.md)$/,
      )
      expect(file).not.toMatch(/\.test\.|tsbuildinfo|(?:^|\/)(?:test|data)\/|\.env|\.key$|\.db/)
    }
  })

  it('has every file that its manifest names', () => {
    const { exports, imports, bin } = manifest
    const named = [
      ...JSON.stringify({ exports, imports, bin }).matchAll(/"((?:\.\/|bin\/)[^"]+\.\w+)"/g),
    ]
    const paths = named.map(([, path = '']) => path.replace(/^\.\//, ''))
    expect(paths.length).toBeGreaterThan(2)
    expect(files()).toEqual(expect.arrayContaining(paths))
  })

  it('has the sources of its source maps', () => {
    const maps = files().filter((file) => file.endsWith('.map'))
    expect(maps.length).toBeGreaterThan(5)
    for (const map of maps) {
      const { sources, sourceRoot = '' }: SourceMap = JSON.parse(read(map))
      const found = sources.map((source) => join(dirname(map), sourceRoot, source))
      expect(files(), map).toEqual(expect.arrayContaining(found))
    }
  })

  it('is no larger than it must be', () => {
    const { size = 0, unpackedSize = 0 } = project.packed.find((each) => each.name === name) ?? {}
    const [sent = 0, kept = 0] = sizes[name] ?? []
    expect(size).toBeLessThan(sent * 1000)
    expect(unpackedSize).toBeLessThan(kept * 1000)
  })

  it('names nothing of the machine that it was made on', () => {
    for (const file of files()) expect(read(file).includes(root), file).toBe(false)
  })
})

describe('a project that installed the packages', () => {
  it('has a program that takes a byte of memory for each of its characters', () => {
    const program = project
      .filesOf('latchkey')
      .filter((file) => /^dist\/program\/.*\.js$/.test(file))
    expect(program.length).toBeGreaterThan(3)
    for (const file of program) {
      expect(/[^\0-\xff]/.exec(project.read(`node_modules/latchkey/${file}`)), file).toBeNull()
    }
  })

  it('runs an app with Latchkey in it, and guards by @latchkey/guard', () => {
    project.write('app.mjs', app)
    const { status, stdout, stderr } = project.node(['app.mjs'])
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({
      from: expect.stringContaining(project.path('node_modules/latchkey/dist/index.js')),
      health: 200,
      anonymous: 401,
      wrongPassword: 401,
      docs: 200,
      forged: 'invalid_token',
      requires: ['function', 'function', 'function', 'function'],
      valid: 'user-1',
      signIn: 'wrong_credentials',
    })
    expect(status).toBe(0)
  })

  it.each([
    ['nodenext', 'nodenext'],
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ])('finds the types with module: %s, those of every subpath too', (module, moduleResolution) => {
    project.write('consumer.ts', consumer)
    project.write('subpaths.ts', everySubpath())
    const files = ['consumer.ts', 'subpaths.ts']
    expect(project.compile(files, { module, moduleResolution })).toBe('')
  })

  it('may be of CommonJS', () => {
    project.write('required.cts', required)
    expect(project.compile(['required.cts'], { noEmit: false, outDir: 'out' })).toBe('')
    expect(project.node(['out/required.cjs'])).toEqual({
      status: 0,
      stdout: 'function function function\n',
      stderr: '',
    })
  })

  it('has the command', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'packages/server/package.json'), 'utf8'))
    const ran = project.node(['node_modules/latchkey/bin/latchkey.js', '--version'])
    expect(ran).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' })
  })
})

interface SourceMap {
  readonly sources: readonly string[]
  readonly sourceRoot?: string
}

/** Nothing that is exported is of the type any, which is what a declaration that is not found would be. */
function everySubpath(): string {
  const subpaths = packages.flatMap(({ name, folder }) => {
    const { exports } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    const paths = Object.keys(exports).filter((path) => !path.endsWith('.json'))
    return paths.map((path) => `${name}${path.slice(1)}`)
  })
  const imports = subpaths.map((path, index) => `import * as module${index} from '${path}'`)
  const checks = subpaths.map(
    (_, index) =>
      `export const is${index}: IsAny<(typeof module${index})[keyof typeof module${index}]> = false`,
  )
  const isAny = 'type IsAny<Type> = 0 extends 1 & Type ? true : false'
  return [...imports, isAny, ...checks].join('\n')
}

const required = `
import client = require('@latchkey/client')
import guard = require('@latchkey/guard')
import server = require('latchkey')

console.log(typeof client.createClient, typeof guard.createGuard, typeof server.latchkey)
`

const app = `
import { createClient } from '@latchkey/client'
import { createGuard } from '@latchkey/guard'
import * as forExpress from '@latchkey/guard/express'
import * as forFastify from '@latchkey/guard/fastify'
import * as forHono from '@latchkey/guard/hono'
import * as forNode from '@latchkey/guard/node'
import { testTokens } from '@latchkey/guard/testing'
import fastify from 'fastify'
import { latchkey } from 'latchkey'

const app = fastify()
await app.register(latchkey, { databaseUrl: 'sqlite:./data/app.db' })
app.get('/items/', { onRequest: app.latchkey.requires() }, () => [])
const payload = 'username=nobody&password=wrong'
const headers = { 'content-type': 'application/x-www-form-urlencoded' }
const guard = createGuard({ secret: '0123456789abcdef0123456789ABCDEF', algorithms: ['HS256'], typ: 'JWT' })
const tokens = await testTokens()
const status = async (request) => (await app.inject(request)).statusCode
const seen = {
  from: import.meta.resolve('latchkey'),
  health: await status('/healthz'),
  anonymous: await status('/items/'),
  wrongPassword: await status({ method: 'POST', url: '/token', headers, payload }),
  docs: await status('/docs'),
  forged: await Promise.resolve().then(() => guard.verify('a.b.c')).catch(({ code }) => code),
  requires: [forExpress, forFastify, forHono, forNode].map(({ requires }) => typeof requires(guard)),
  valid: (await createGuard(tokens.guardOptions).verify(await tokens.valid())).subject,
}
const url = await app.listen({ port: 0, host: '127.0.0.1' })
const auth = createClient({ url })
seen.signIn = await auth.login({ username: 'nobody', password: 'wrong' }).catch(({ code }) => code)
await app.close()
console.log(JSON.stringify(seen))
`

const consumer = `
import type { Server } from 'node:https'
import { type Client, createClient } from '@latchkey/client'
import { createGuard, type Guard, Refusal } from '@latchkey/guard'
import { requires } from '@latchkey/guard/fastify'
import fastify, { type FastifyInstance, type FastifyTypeProvider } from 'fastify'
import { type LatchkeyOptions, latchkey, type Principal, SettingsError } from 'latchkey'
import { createTestServer, type TestServer } from 'latchkey/testing'

const options: LatchkeyOptions = { databaseUrl: 'sqlite::memory:', logLevel: 'warn', docs: false }
// @ts-expect-error no setting has this name
export const misspelt: LatchkeyOptions = { scops: 'items:read=See the items' }
const app = fastify()
await app.register(latchkey, options)
await app.register(latchkey, { prefix: '/auth', accessTokenTtl: '5m', passwordMinLength: 12 })
app.get('/first', { onRequest: app.latchkey.requires('items:read') }, async (request) => {
  const caller: Principal = request.principal
  return caller.subject
})
app.get('/second', { preHandler: [app.latchkey.requires()] }, (request) => request.principal.scopes)
app.addHook('onRequest', app.latchkey.requires())

const secure: FastifyInstance<Server> = fastify({ https: {} })
await secure.register(latchkey, options)
secure.get('/', { onRequest: secure.latchkey.requires() }, (request) => request.principal.claims)

interface Typed extends FastifyTypeProvider {
  validator: this['schema']
  serializer: this['schema']
}
const typed = fastify().withTypeProvider<Typed>()
await typed.register(latchkey, options)
typed.get('/', { onRequest: typed.latchkey.requires() }, (request) => request.principal.clientId)

const guard: Guard = createGuard({ jwks: { keys: [] }, issuer: 'https://a.example', audience: 'b' })
const remote: Guard = createGuard({ issuer: 'https://a.example', audience: 'b', onFault: (fault) => app.log.warn(fault) })
app.get('/fourth', { onRequest: requires(remote) }, (request) => request.principal.subject)
app.get('/third', { onRequest: requires(guard, 'items:read') }, (request) => request.principal.subject)
const server: TestServer = await createTestServer({ users: [{ username: 'ada', password: 'secret' }], settings: { accessTokenTtl: '5m' } })
export const local: Guard<'items:read'> = createGuard({ ...server.guardOptions, scopes: ['items:read'] })
export const auth: Client = createClient({ url: server.issuer, fetch: server.fetch })
await server.clock.advance('15m')
server.faults.dropAnswer('refresh')
// @ts-expect-error there is no such kind of request
server.faults.dropAnswer('refreshes')
// @ts-expect-error a server in memory has no database of one's own
await createTestServer({ settings: { databaseUrl: 'sqlite:./data/app.db' } })

export const faults = (error: unknown): readonly string[] =>
  error instanceof SettingsError ? error.faults : error instanceof Refusal ? [error.code] : []
`

/** The packages as npm would publish them, in a project that knows nothing of this workspace. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { npmCli } from '../fresh-clone/clone.js'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const root = join(import.meta.dirname, '../..')
const packages = [
  { name: 'latchkey', folder: 'packages/server' },
  { name: '@latchkey/guard', folder: 'packages/guard' },
  { name: '@latchkey/client', folder: 'packages/client' },
]

// Below this project's node_modules, where other people's packages are found without a network.
const cache = join(root, 'node_modules/.cache/latchkey')
let project: string
const contents = new Map<string, string[]>()

beforeAll(() => {
  mkdirSync(cache, { recursive: true })
  project = mkdtempSync(join(cache, 'consumer-'))
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n')
  for (const { name, folder } of packages) contents.set(name, install(name, join(root, folder)))
})

afterAll(() => {
  rmSync(project, { recursive: true, force: true })
})

describe.each(packages)('the package $name', ({ name, folder }) => {
  it('holds what runs, what it was made of, and nothing else', () => {
    const files = contents.get(name) ?? []
    expect(files).toEqual(
      expect.arrayContaining(['package.json', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts']),
    )
    for (const file of files) {
      expect(file).toMatch(/^(?:dist|src|bin)\/|^(?:package\.json|README\.md|LICENSE|NOTICE)$/)
      expect(file).not.toMatch(/\.test\.|tsbuildinfo|(?:^|\/)(?:test|data)\/|\.env|\.key$|\.db/)
    }
  })

  it('has every file that its manifest names', () => {
    const { exports, imports, bin } = JSON.parse(
      readFileSync(join(root, folder, 'package.json'), 'utf8'),
    )
    const named = [
      ...JSON.stringify({ exports, imports, bin }).matchAll(/"((?:\.\/|bin\/)[^"]+\.\w+)"/g),
    ]
    const paths = named.map(([, path = '']) => path.replace(/^\.\//, ''))
    expect(paths.length).toBeGreaterThan(2)
    expect(contents.get(name)).toEqual(expect.arrayContaining(paths))
  })

  it('names nothing of the machine that it was made on', () => {
    for (const file of contents.get(name) ?? []) {
      const text = readFileSync(join(project, 'node_modules', name, file), 'utf8')
      expect(text.includes(root), file).toBe(false)
    }
  })
})

describe('a project that installed the packages', () => {
  it('runs an app with Latchkey in it, and guards by @latchkey/guard', () => {
    writeFileSync(join(project, 'app.mjs'), app)
    const { status, stdout, stderr } = node(['app.mjs'])
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({
      from: expect.stringContaining(join(project, 'node_modules/latchkey/dist/index.js')),
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

  it('finds the types', () => {
    writeFileSync(join(project, 'consumer.ts'), consumer)
    for (const [index, snippet] of clientSnippets.entries()) {
      writeFileSync(join(project, `readme-${index}.ts`), `${given(snippet)}\n${snippet}\nexport {}`)
    }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(tsconfig))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { status, stdout } = node([tsc, '--project', 'tsconfig.json'])
    expect(stdout).toBe('')
    expect(status).toBe(0)
  })

  it('runs what the README of @latchkey/client begins with', () => {
    const [first = ''] = clientSnippets
    writeFileSync(join(project, 'readme.mjs'), `${network}\n${first}\nconsole.log(response.status)`)
    expect(node(['readme.mjs'])).toEqual({ status: 0, stdout: '200\n', stderr: '' })
  })

  it.each(['nodenext', 'node16', 'esnext'])(
    'can compile what the README of the guard shows, with module: %s',
    (module) => {
      const blocks = snippetsOf('packages/guard/README.md')
      expect(blocks.length).toBeGreaterThan(8)
      const files = blocks.map((block, index) => {
        writeFileSync(join(project, `guard-readme-${index}.ts`), `${block}\nexport {}\n`)
        return `guard-readme-${index}.ts`
      })
      writeFileSync(join(project, 'guard-readme.d.ts'), guardGlobals)
      const moduleResolution = module === 'esnext' ? 'bundler' : module
      const skipLibCheck = module !== 'nodenext'
      const compilerOptions = {
        ...tsconfig.compilerOptions,
        module,
        moduleResolution,
        skipLibCheck,
      }
      const config = { compilerOptions, files: ['guard-readme.d.ts', ...files] }
      writeFileSync(join(project, 'tsconfig.readme.json'), JSON.stringify(config))
      const tsc = join(root, 'node_modules/typescript/bin/tsc')
      const { status, stdout } = node([tsc, '--project', 'tsconfig.readme.json'])
      expect(stdout).toBe('')
      expect(status).toBe(0)
    },
  )

  it('runs what the README of the guard shows of testing', () => {
    const [block = ''] = snippetsOf('packages/guard/README.md').filter((each) =>
      each.includes('testTokens'),
    )
    writeFileSync(join(project, 'readme-testing.mjs'), block)
    expect(node(['readme-testing.mjs'])).toEqual({
      status: 0,
      stdout: 'ada invalid_token\n',
      stderr: '',
    })
  })

  it('runs the tests that the page about testing shows', () => {
    const tests = snippetsOf('docs/testing.md', 'js')
    for (const [index, code] of tests.entries()) {
      writeFileSync(join(project, `testing-${index}.mjs`), code)
    }
    // In one process: each by itself would load the server again.
    const imports = tests.map((_, index) => `import './testing-${index}.mjs'`)
    writeFileSync(join(project, 'testing.mjs'), imports.join('\n'))
    const { status, stdout, stderr } = node(['--test-reporter=tap', 'testing.mjs'])
    expect(stderr).toBe('')
    expect(stdout).toContain('# pass 4\n# fail 0')
    expect(status).toBe(0)
  })

  it('has the command', () => {
    const bin = join(project, 'node_modules/latchkey/bin/latchkey.js')
    const { version } = JSON.parse(readFileSync(join(root, 'packages/server/package.json'), 'utf8'))
    const ran = node([bin, '--version'])
    expect(ran).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' })
  })
})

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

const clientSnippets = snippetsOf('packages/client/README.md')

/** What the snippets take for granted. */
const given = (snippet: string) => `
${snippet.includes('createClient }') ? '' : "import { AuthError, createClient } from '@latchkey/client'"}
declare const username: string
declare const password: string
declare const otp: string
declare const show: (text: string) => void
declare const askForCode: () => Promise<string>
declare const kept: { getItem(key: string): Promise<string | null>; setItem(key: string, text: string): Promise<void>; removeItem(key: string): Promise<void> }
${snippet.includes('createClient(') ? '' : "const auth = createClient({ url: 'https://auth.example.com' })"}`

/** A server and an API far away, for the same. */
const network = `
const [username, password] = ['alice', 'correct horse battery']
const show = () => {}
const answer = { access_token: 'a', token_type: 'Bearer', expires_in: 1800, refresh_token: 'r' }
globalThis.fetch = async (url) => Response.json(String(url).endsWith('/oauth/token') ? answer : [])`

// As strict as a project can be, and without the condition by which this workspace finds sources.
const tsconfig = {
  compilerOptions: {
    target: 'es2022',
    module: 'nodenext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
  },
  include: ['*.ts'],
}

/** The same for the guard's. */
const guardGlobals = `
import type { Guard, JwkSet } from '@latchkey/guard'

declare global {
  const guard: Guard<'items:read' | 'items:write'>
  const jwks: JwkSet
  function listItems(owner: string): readonly string[]
}
`

function snippetsOf(page: string, language: 'ts' | 'js' = 'ts'): string[] {
  const fences = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms')
  const snippets = readFileSync(join(root, page), 'utf8').matchAll(fences)
  return [...snippets].map(([, code = '']) => code)
}

/** Packs a folder and unpacks it where the project would have it; answers the names of its files. */
function install(name: string, folder: string): string[] {
  const { stdout } = run(process.execPath, [
    npmCli(),
    'pack',
    '--json',
    `--pack-destination=${project}`,
    folder,
  ])
  const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[]
  if (packed === undefined) throw new Error(`npm packed nothing: ${stdout}`)
  const target = join(project, 'node_modules', name)
  mkdirSync(target, { recursive: true })
  run('tar', ['-xzf', join(project, packed.filename), '-C', target, '--strip-components=1'])
  return packed.files.map(({ path }) => path)
}

function run(command: string, args: readonly string[]): { stdout: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: project,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error ?? stderr}`)
  return { stdout }
}

function node(args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: project,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  })
  return { status, stdout, stderr }
}

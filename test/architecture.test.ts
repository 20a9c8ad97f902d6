/** Who may import whom. ARCHITECTURE.md says why; here it is checked. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { expect, test } from 'vitest'
import { type Import, readFacts } from '../scripts/source-facts.js'

interface Row {
  /** `server/core/` is a folder with all below it, `server/*` its files alone, `server/errors.ts` one file. */
  files: string
  /** Files of other rows that may be imported, written as above. */
  may?: string[]
  /** The same for `import type` alone, which is gone at run time; packages too. */
  mayType?: string[]
  /** A name that ends in `/` or `:` stands for all that begin so. */
  packages?: string[]
  never?: string[]
}

// The first row that fits a file counts.
const table: Row[] = [
  { files: 'server/errors.ts' },
  { files: 'server/url.ts' },
  { files: 'server/loopback.ts', packages: ['node:net'] },
  {
    files: 'server/cli/',
    may: ['server/*', 'server/settings/', 'server/core/', 'server/imports/'],
    mayType: ['server/store/schema.ts'],
    packages: [
      'commander',
      '@clack/prompts',
      'fastest-levenshtein',
      'pino',
      'pino-pretty',
      'node:',
    ],
  },
  {
    files: 'server/settings/',
    may: [
      'server/errors.ts',
      'server/loopback.ts',
      'server/url.ts',
      'server/core/claim-mapping.ts',
      'server/core/names.ts',
      'server/core/passwords/hash-choice.ts',
    ],
    packages: [
      '@latchkey/guard',
      'fastest-levenshtein',
      'node:crypto',
      'node:fs',
      'node:net',
      'node:os',
      'node:path',
    ],
  },
  {
    files: 'server/http/',
    may: ['server/core/', 'server/errors.ts', 'server/imports/piece.ts'],
    mayType: ['server/store/schema.ts'],
    packages: [
      '@latchkey/guard',
      '@fastify/',
      'fastify',
      'fastify-plugin',
      'typebox',
      'node:http',
      'node:net',
      'node:stream',
    ],
    never: ['process.env'],
  },
  { files: 'server/core/clock.ts', mayType: ['server/store/schema.ts'] },
  {
    files: 'server/core/',
    may: ['server/store/', 'server/errors.ts', 'server/url.ts', 'server/core/clock.ts'],
    mayType: ['server/settings/'],
    packages: [
      '@latchkey/guard',
      'jose',
      '@node-rs/argon2',
      'bcrypt',
      '@zxcvbn-ts/',
      'node:buffer',
      'node:crypto',
      'node:fs',
      'node:os',
      'node:util',
      'node:worker_threads',
      'node:zlib',
    ],
    never: ['process.env', 'Date.now', 'new Date', 'fetch'],
  },
  {
    files: 'server/store/',
    may: ['server/errors.ts'],
    packages: [
      'kysely',
      '@photostructure/sqlite',
      'pg',
      'node:crypto',
      'node:fs',
      'node:path',
      'node:worker_threads',
    ],
    never: ['process.env', 'fetch'],
  },
  {
    files: 'server/imports/',
    may: ['server/core/', 'server/errors.ts'],
    mayType: ['server/store/schema.ts'],
    packages: ['@photostructure/sqlite', 'node:buffer', 'node:crypto', 'node:fs', 'node:path'],
    never: ['process.env', 'Date.now', 'new Date', 'fetch'],
  },
  {
    files: 'server/mail/',
    mayType: ['server/core/', 'server/settings/'],
    packages: ['nodemailer', 'node:stream'],
    never: ['process.env', 'Date.now', 'new Date'],
  },
  // For the tests of others: nothing that serves may come to depend on it.
  {
    files: 'server/testing/',
    may: ['server/*', 'server/core/', 'server/settings/'],
    mayType: ['server/store/schema.ts'],
    packages: ['@latchkey/guard', 'fastify', 'fastify-plugin', 'pino', 'node:'],
    never: ['process.env'],
  },
  {
    files: 'server/*',
    may: [
      'server/*',
      'server/core/',
      'server/http/',
      'server/mail/',
      'server/settings/',
      'server/store/',
    ],
    packages: ['@latchkey/guard', 'fastify', 'fastify-plugin', 'pino', 'pino-pretty', 'node:'],
  },
  { files: 'guard/base64url-node.ts', packages: ['node:buffer'] },
  { files: 'guard/signature-node.ts', may: ['guard/'], packages: ['node:crypto'] },
  { files: 'guard/express.ts', may: ['guard/*'], mayType: ['express'], never: ['process.env'] },
  { files: 'guard/fastify.ts', may: ['guard/*'], mayType: ['fastify'], never: ['process.env'] },
  { files: 'guard/hono.ts', may: ['guard/*'], mayType: ['hono'], never: ['process.env'] },
  { files: 'guard/node.ts', may: ['guard/*'], mayType: ['node:http'], never: ['process.env'] },
  {
    files: 'guard/*',
    packages: ['jose', '#signature', '#base64url'],
    never: ['process', 'Buffer'],
  },
  {
    files: 'client/file-lock.ts',
    may: ['client/deadline.ts'],
    packages: ['node:'],
    never: ['process.env'],
  },
  {
    files: 'client/file-storage.ts',
    may: ['client/deadline.ts', 'client/file-lock.ts'],
    mayType: ['client/storage.ts'],
    packages: ['node:'],
    never: ['process.env'],
  },
  { files: 'client/node.ts', may: ['client/file-storage.ts'] },
  { files: 'client/react.ts', mayType: ['client/client.ts'], packages: ['react'] },
  // For browsers, and everything else that has a fetch.
  { files: 'client/*', never: ['process', 'Buffer'] },
  // Pages: by the published client and the public routes, and nothing of the server's.
  {
    files: 'web/account/',
    may: ['web/*', 'web/ui/', 'web/texts/', 'web/api/', 'web/session/'],
    packages: ['react', 'react-dom', 'wouter', '@tanstack/react-query', '@latchkey/client'],
    never: ['fetch'],
  },
  {
    files: 'web/console/',
    may: ['web/*', 'web/ui/', 'web/texts/', 'web/api/', 'web/session/', 'web/inspector/'],
    packages: [
      'react',
      'react-dom',
      'wouter',
      '@tanstack/react-query',
      '@latchkey/client',
      'uplot',
    ],
    never: ['fetch'],
  },
  {
    files: 'web/ui/',
    may: ['web/*', 'web/texts/', 'web/api/'],
    packages: ['react', 'wouter', '@tanstack/react-query', 'bowser'],
    never: ['fetch'],
  },
  {
    files: 'web/api/',
    may: ['web/session/'],
    mayType: ['@latchkey/guard'],
    packages: ['@latchkey/client', '@tanstack/react-query'],
  },
  {
    files: 'web/texts/',
    may: ['web/*', 'web/api/problem.ts'],
    packages: ['@latchkey/client'],
    never: ['fetch'],
  },
  // Pure: what is pasted there goes nowhere.
  {
    files: 'web/inspector/',
    packages: ['@latchkey/guard'],
    never: ['fetch', 'Date.now', 'new Date', 'localStorage', 'sessionStorage'],
  },
  { files: 'web/session/', may: ['web/*'], packages: ['@latchkey/client'], never: ['fetch'] },
  { files: 'web/*', mayType: ['web/texts/texts.ts'], never: ['fetch'] },
]

const homeless = /^(utils?|helpers?|common|shared|types|services?|controllers?|managers?)$/
const longestFile = 300

interface Manifest {
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  imports?: Record<string, unknown>
}

/** Every breach of the rules in `sources` (by path: `server/core/keys.ts`), a sentence for each. */
function breaches(sources: Record<string, string>, manifests: Record<string, Manifest>): string[] {
  const edges = new Map<string, string[]>()
  const found = Object.entries(sources).flatMap(([path, source]) => {
    const { imports, uses, exportsAll } = readFacts(source, path.endsWith('.tsx') ? 'tsx' : 'ts')
    const row = table.find(({ files }) => covers(files, path))
    edges.set(
      path.replace(/x$/, ''),
      imports.filter(({ typeOnly }) => !typeOnly).map(({ from }) => target(path, from)),
    )
    return [
      ...shapeBreaches(path, source),
      ...(exportsAll ? [`${path} exports all`] : []),
      ...(row ? importBreaches(path, row, imports) : [`${path} has no row in the table`]),
      ...uses.filter((name) => row?.never?.includes(name)).map((name) => `${path} uses ${name}`),
      ...imports.flatMap((each) => manifestBreaches(path, each, manifests)),
    ]
  })
  return [...new Set([...found, ...cycles(edges)])]
}

function shapeBreaches(path: string, source: string): string[] {
  const lines = source.trimEnd().split('\n').length
  const parts = path.replace(/\.tsx?$/, '').split('/')
  return [
    ...(lines > longestFile ? [`${path} has ${lines} lines`] : []),
    ...parts.filter((name) => homeless.test(name)).map((name) => `${path}: ${name} says nothing`),
    ...(parts.length > 2 && parts.at(-1) === 'index' ? [`${path} is a barrel`] : []),
  ]
}

function importBreaches(path: string, row: Row, imports: Import[]): string[] {
  return imports
    .filter(({ from, typeOnly }) => {
      const patterns = [...(row.may ?? []), ...(typeOnly ? (row.mayType ?? []) : [])]
      const to = target(path, from)
      if (!isRelative(from)) {
        return ![...(row.packages ?? []), ...patterns].some((name) => names(name, from))
      }
      const sameRow = row === table.find(({ files }) => covers(files, to))
      return !sameRow && !patterns.some((pattern) => covers(pattern, to))
    })
    .map(({ from }) => `${path} imports ${isRelative(from) ? target(path, from) : from}`)
}

/** A package must be in the manifest of the package that imports it. Which files need a peer, the table says. */
function manifestBreaches(
  path: string,
  { from, typeOnly }: Import,
  manifests: Record<string, Manifest>,
): string[] {
  if (isRelative(from) || from.startsWith('node:')) return []
  const [packageName = ''] = path.split('/')
  const name = from.split('/', from.startsWith('@') ? 2 : 1).join('/')
  const { dependencies, devDependencies, peerDependencies, imports } = manifests[packageName] ?? {}
  const listed = { ...dependencies, ...peerDependencies, ...imports }
  const listedTypes = { ...listed, ...devDependencies }
  const known =
    name in listed || (typeOnly && (name in listedTypes || `@types/${name}` in listedTypes))
  return known ? [] : [`${path} imports ${name}, which its package.json does not list`]
}

/** Cycles of what is loaded at run time: between types they do no harm. */
function cycles(edges: Map<string, string[]>): string[] {
  const done = new Set<string>()
  const visit = (path: string, trail: string[]): string[] => {
    if (trail.includes(path)) {
      return [`cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' → ')}`]
    }
    if (done.has(path)) return []
    const found = (edges.get(path) ?? []).flatMap((next) => visit(next, [...trail, path]))
    done.add(path)
    return found
  }
  return [...edges.keys()].flatMap((path) => visit(path, []))
}

const isRelative = (specifier: string) => specifier.startsWith('.')

function covers(pattern: string, path: string): boolean {
  if (pattern.endsWith('/*')) return dirname(path) === pattern.slice(0, -2)
  return pattern.endsWith('/') ? path.startsWith(pattern) : path === pattern
}

function names(pattern: string, specifier: string): boolean {
  if (/[/:]$/.test(pattern)) return specifier.startsWith(pattern)
  return specifier === pattern || specifier.startsWith(`${pattern}/`)
}

/** Workers start from dist, which mirrors the sources. */
function target(path: string, specifier: string): string {
  if (!isRelative(specifier)) return specifier
  const [packageName, ...rest] = path.split('/')
  const absolute = join(`${packageName}/src`, dirname(rest.join('/')), specifier)
  return absolute.replace(/^([^/]+)\/(src|dist)\//, '$1/').replace(/\.js$/, '.ts')
}

const root = join(import.meta.dirname, '..')
const packages = ['server', 'guard', 'client', 'web']

function sourcesOf(packageName: string): [string, string][] {
  const folder = join(root, 'packages', packageName, 'src')
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(?<!\.test)\.tsx?$/.test(path) && !path.includes('node_modules'))
    .map((path) => [
      `${packageName}/${path.replaceAll('\\', '/')}`,
      readFileSync(join(folder, path), 'utf8'),
    ])
}

function manifestOf(packageName: string): [string, Manifest] {
  const path = join(root, 'packages', packageName, 'package.json')
  return [packageName, JSON.parse(readFileSync(path, 'utf8'))]
}

test('the arrows between the folders of the packages point down', () => {
  const sources = Object.fromEntries(packages.flatMap(sourcesOf))
  expect(Object.keys(sources)).toContain('server/index.ts')
  expect(breaches(sources, Object.fromEntries(packages.map(manifestOf)))).toEqual([])
})

const manifests = {
  server: { dependencies: { fastify: '5', kysely: '0.28', jose: '6', '@latchkey/guard': '1' } },
  guard: {
    dependencies: { jose: '6' },
    peerDependencies: { fastify: '5' },
    imports: { '#signature': {} },
  },
}

test.each<[string, Record<string, string>]>([
  ['core may use the store', { 'server/core/a.ts': "import { b } from '../store/b.js'" }],
  ['core may read a given clock', { 'server/core/a.ts': 'new Date(clock())' }],
  ['http may name a row', { 'server/http/a.ts': "import type { R } from '../store/schema.js'" }],
  ['an adapter may name its framework', { 'guard/fastify.ts': "import type { F } from 'fastify'" }],
  ['a text is not an import', { 'server/core/a.ts': "const a = `import x from '../http/b.js'`" }],
])('%s', (_, sources) => {
  expect(breaches(sources, manifests)).toEqual([])
})

test.each<[string, string, string]>([
  ['server/core/a.ts', "import { b } from '../http/b.js'", 'imports server/http/b.ts'],
  ['server/core/a.ts', "export { b } from '../http/b.js'", 'imports server/http/b.ts'],
  ['server/core/a.ts', "await import('../latchkey.js')", 'imports server/latchkey.ts'],
  ['server/core/a.ts', "let a: import('fastify').FastifyReply", 'imports fastify'],
  ['server/core/a.ts', "import { sql } from 'kysely'", 'imports kysely'],
  ['server/core/a.ts', 'const { PORT } = process.env', 'uses process.env'],
  ['server/core/a.ts', 'const now = Date.now()', 'uses Date.now'],
  ['server/core/a.ts', 'const now = new Date()', 'uses new Date'],
  [
    'server/core/a.ts',
    "new Worker(new URL('../../dist/http/b.js', import.meta.url))",
    'imports server/http/b.ts',
  ],
  ['server/http/a.ts', "import { b } from '../store/b.js'", 'imports server/store/b.ts'],
  [
    'server/http/a.ts',
    "import { type R } from '../store/schema.js'",
    'imports server/store/schema.ts',
  ],
  ['server/store/a.ts', "import type { B } from '../core/b.js'", 'imports server/core/b.ts'],
  ['server/cli/a.ts', "import { b } from '../http/b.js'", 'imports server/http/b.ts'],
  ['server/a.ts', "import { b } from './testing/b.js'", 'imports server/testing/b.ts'],
  ['server/core/a.ts', "import { b } from '../../../guard/src/b.js'", 'imports guard/b.ts'],
  ['client/a.ts', "import { createGuard } from '@latchkey/guard'", 'imports @latchkey/guard'],
  ['guard/a.ts', "import { createHash } from 'node:crypto'", 'imports node:crypto'],
  ['guard/a.ts', "import { sign } from './signature-node.js'", 'imports guard/signature-node.ts'],
  ['guard/fastify.ts', "import fastify from 'fastify'", 'imports fastify'],
  ['client/client.ts', "import { use } from 'react'", 'imports react'],
  [
    'server/core/a.ts',
    "import a from 'bcrypt'",
    'imports bcrypt, which its package.json does not list',
  ],
  ['server/post/a.ts', '', 'has no row in the table'],
  ['server/core/utils/a.ts', '', ': utils says nothing'],
  ['server/core/index.ts', '', 'is a barrel'],
  ['server/core/a.ts', "export * from './b.js'", 'exports all'],
])('in %s, `%s` is refused', (path, source, complaint) => {
  const found = breaches({ [path]: source }, manifests)
  expect(found.map((breach) => breach.slice(path.length).trimStart())).toContain(complaint)
})

test('a file of more than 300 lines is refused', () => {
  const found = breaches({ 'server/core/a.ts': 'a()\n'.repeat(301) }, manifests)
  expect(found).toEqual(['server/core/a.ts has 301 lines'])
})

test('a cycle is refused, but not one of types', () => {
  const there = (kind: string) => ({
    'server/core/a.ts': "import { b } from './b.js'",
    'server/core/b.ts': `import ${kind}{ a } from './a.js'`,
  })
  expect(breaches(there('type '), manifests)).toEqual([])
  expect(breaches(there(''), manifests)).toEqual([
    'cycle: server/core/a.ts → server/core/b.ts → server/core/a.ts',
  ])
})

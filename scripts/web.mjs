// Builds the pages that the server serves, into its dist, and refuses what would take too long to load.
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const root = fileURLToPath(new URL('../packages/web/src/', import.meta.url))
const outDir = fileURLToPath(new URL('../packages/server/dist/web/', import.meta.url))

/** Thousands of bytes at the first load, as gzip sends them: it is what every browser takes. */
const limits = { 'account.html': 60, 'console.html': 220 }

// Written for React, and sent with Preact, which is a tenth of it.
const preact = [
  ['react-dom/client', 'preact/compat/client'],
  ['react-dom', 'preact/compat'],
  ['react/jsx-runtime', 'preact/jsx-runtime'],
  ['react', 'preact/compat'],
].map(([react, replacement]) => ({ find: new RegExp(`^${react}$`), replacement }))

function isForBoth(module) {
  return !module.includes('/src/console/')
}

const { output } = await build({
  root,
  configFile: false,
  logLevel: 'warn',
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'react' } },
  resolve: { alias: preact, conditions: ['latchkey:source', 'module', 'browser', 'production'] },
  build: {
    outDir,
    emptyOutDir: true,
    // Browsers that don't know it load the same files, a moment later.
    modulePreload: { polyfill: false },
    target: 'es2022',
    // A picture in a style sheet is a request less; in a page it would be a request that CSP refuses.
    assetsInlineLimit: 4096,
    rolldownOptions: {
      // The guard loads it to open encrypted tokens with the private key, which no page has.
      external: ['jose'],
      // What most pages need is in one file: many small ones compress worse. The console's own stays apart.
      output: {
        codeSplitting: { groups: [{ name: 'shared', minShareCount: 4, test: isForBoth }] },
      },
      input: Object.keys(limits).map((page) => join(root, page)),
      // "use client" says nothing to a bundle that is for browsers alone.
      onwarn: (warning, warn) => warning.code !== 'MODULE_LEVEL_DIRECTIVE' && warn(warning),
    },
  },
})

// The server writes them into the pages.
for (const texts of ['texts', 'console/texts']) {
  cpSync(join(root, texts), join(outDir, texts), {
    recursive: true,
    filter: (path) => !path.endsWith('.ts'),
  })
}

const files = new Map(output.map((file) => [file.fileName, file]))

/** Bytes of what a page can't do without, and of the heaviest page behind it. */
function firstLoad(page) {
  const entry = output.find(({ facadeModuleId }) => facadeModuleId === join(root, page))
  const first = withImports(entry.fileName)
  const sizes = [...later(first)].map((file) =>
    sizeOf([...withImports(file)].filter((file) => !first.has(file))),
  )
  return sizeOf([page, ...first]) + Math.max(0, ...sizes)
}

function withImports(name, found = new Set()) {
  if (found.has(name)) return found
  found.add(name)
  const { imports = [], viteMetadata } = files.get(name)
  for (const style of viteMetadata?.importedCss ?? []) found.add(style)
  for (const each of imports) withImports(each, found)
  return found
}

/** The pages that are behind those files. */
function later(names) {
  return new Set([...names].flatMap((name) => files.get(name).dynamicImports ?? []))
}

function sizeOf(names) {
  return names
    .map((name) => gzipSync(readFileSync(join(outDir, name)), { level: 9 }).length)
    .reduce((sum, size) => sum + size, 0)
}

// Who sends others' code says whose it is.
const notices = readFileSync(new URL('../packages/server/THIRD-PARTY.md', import.meta.url), 'utf8')
const others = output.flatMap(({ moduleIds = [] }) =>
  moduleIds.flatMap((id) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? []),
)
for (const name of new Set(others)) {
  if (!notices.toLowerCase().includes(name)) throw new Error(`THIRD-PARTY.md does not name ${name}`)
}

for (const [page, limit] of Object.entries(limits)) {
  const size = firstLoad(page) / 1000
  console.log(`${page}: ${size.toFixed(1)} kB at the first load`)
  if (size > limit) throw new Error(`${page} may take ${limit} kB at its first load`)
}

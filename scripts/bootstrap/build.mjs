import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runNode } from './child.mjs'
import { BootstrapFault } from './fault.mjs'
import { readJson, workspaceFolders } from './manifests.mjs'

/** Run in this order, after the compiler. */
const scripts = ['scripts/common-passwords.mjs', 'scripts/bundle.mjs', 'scripts/web.mjs']
// In node_modules, so that a fresh install is also a fresh build.
const recordPath = 'node_modules/.cache/latchkey/build.json'

/**
 * Whether every dist holds what the sources say. Compared by content, against the record of the last build:
 * a checkout can make a source older than the output of its newer version.
 * @param {string} root
 */
export function isBuilt(root) {
  const record = readJson(join(root, recordPath))
  const now = state(root)
  return (
    record?.settings === now.settings &&
    record.outputs === now.outputs &&
    sameSources(record.sources, now.sources)
  )
}

/**
 * Compiles the packages: into an emptied dist when a setting changed, a source went, or dist is not what the
 * last build left; else over what is there, which a running server may still load.
 * @param {string} root
 * @throws {BootstrapFault}
 */
export async function build(root) {
  console.log('Building ...')
  const record = readJson(join(root, recordPath))
  const emptied = mustBeEmptied(record, state(root))
  rmSync(join(root, recordPath), { force: true })
  if (emptied) for (const path of outputPaths(root)) rmSync(path, { recursive: true, force: true })
  await compile(root)
  mkdirSync(dirname(join(root, recordPath)), { recursive: true })
  writeFileSync(join(root, recordPath), JSON.stringify(state(root)))
}

function mustBeEmptied(record, now) {
  if (record?.settings !== now.settings || record.outputs !== now.outputs) return true
  return Object.keys(record.sources).some((path) => !(path in now.sources))
}

async function compile(root) {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  // Without --force it goes by the dates of files.
  await run(root, tsc, '-b', '--force')
  for (const script of scripts) {
    if (existsSync(join(root, script))) await run(root, join(root, script))
  }
}

async function run(root, ...args) {
  const { status, output } = await runNode(args, root)
  if (status === 0) return
  throw new BootstrapFault(`${output.trim()}\nThe packages do not compile: see the lines above.`)
}

function state(root) {
  const packages = compiledPackages(root)
  return {
    settings: digest(root, settingsFiles(packages)),
    sources: Object.fromEntries(
      packages
        .flatMap((folder) => filesUnder(root, `${folder}/src`))
        .filter((path) => !path.endsWith('.test.ts'))
        .map((path) => [path, digest(root, [path])]),
    ),
    outputs: digest(
      root,
      packages.flatMap((folder) => filesUnder(root, `${folder}/dist`)),
    ),
  }
}

function settingsFiles(packages) {
  return [
    'package-lock.json',
    'tsconfig.base.json',
    'tsconfig.json',
    ...scripts,
    ...packages.flatMap((folder) => [`${folder}/package.json`, `${folder}/tsconfig.json`]),
  ]
}

function outputPaths(root) {
  return compiledPackages(root).flatMap((folder) => [
    join(root, folder, 'dist'),
    join(root, folder, 'tsconfig.tsbuildinfo'),
  ])
}

function compiledPackages(root) {
  return workspaceFolders(root).filter(
    (folder) => folder.startsWith('packages/') && existsSync(join(root, folder, 'tsconfig.json')),
  )
}

function filesUnder(root, folder) {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      return entry.isDirectory() ? filesUnder(root, path) : [path]
    })
    .sort()
}

function digest(root, paths) {
  const hash = createHash('sha256')
  for (const path of paths) {
    const present = existsSync(join(root, path))
    // Lengths keep one file's end apart from the next one's name.
    const content = present ? readFileSync(join(root, path)) : Buffer.alloc(0)
    hash.update(`${path}\0${present}\0${content.length}\0`).update(content)
  }
  return hash.digest('base64url')
}

function sameSources(before, now) {
  const paths = Object.keys(now)
  return (
    paths.length === Object.keys(before).length && paths.every((path) => before[path] === now[path])
  )
}

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { runNode } from './child.mjs'
import { BootstrapFault, unwritable } from './fault.mjs'
import { readJson, workspaceFolders } from './manifests.mjs'

const dependencyKinds = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
]

const networkCodes = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTCACHED',
  'ENOTFOUND',
  'ERR_SOCKET_TIMEOUT',
  'ETIMEDOUT',
])

/**
 * Whether node_modules holds what package-lock.json says. Compared by content, package by package, with the
 * record that npm leaves in node_modules at the end of an install: dates say nothing after a checkout or a copy.
 * @param {string} root
 */
export function isInstalled(root) {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages
  const present = readJson(join(root, 'node_modules/.package-lock.json'))?.packages
  if (!wanted || !present) return false
  return (
    manifestsMatch(root, wanted) &&
    wantedIsPresent(wanted, present) &&
    Object.entries(present).every(
      ([path, entry]) => path in wanted && isForThisMachine(entry) && existsSync(join(root, path)),
    )
  )
}

function manifestsMatch(root, wanted) {
  return ['', ...workspaceFolders(root)].every((folder) => {
    if (!(folder in wanted)) return false
    const manifest = readJson(join(root, folder, 'package.json'))
    return dependencyKinds.every((kind) =>
      isDeepStrictEqual(manifest[kind] ?? {}, wanted[folder][kind] ?? {}),
    )
  })
}

function wantedIsPresent(wanted, present) {
  return Object.entries(wanted).every(([path, want]) => {
    if (path === '') return true
    const have = present[path]
    // npm leaves optional packages for other machines out.
    if (!have) return want.optional === true
    return (
      have.version === want.version && have.integrity === want.integrity && have.link === want.link
    )
  })
}

/** False for a node_modules that was copied from, or is shared with, another kind of machine. */
function isForThisMachine({ os, cpu }) {
  return admits(os, process.platform) && admits(cpu, process.arch)
}

function admits(list, value) {
  if (!list || list.includes('any')) return true
  if (list.includes(`!${value}`)) return false
  return list.includes(value) || list.every((item) => item.startsWith('!'))
}

/**
 * Runs `npm ci` by the npm that started this script.
 * @param {string} root
 * @throws {BootstrapFault}
 */
export async function install(root) {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages ?? {}
  if (!manifestsMatch(root, wanted)) {
    throw new BootstrapFault(
      'package-lock.json does not match the package.json files: run npm install, and commit the lock file with them.',
    )
  }
  const npm = process.env.npm_execpath
  if (!npm || !process.env.npm_config_user_agent?.startsWith('npm/')) {
    throw new BootstrapFault('node_modules is not what package-lock.json says: run npm ci.')
  }
  console.log('Installing what package-lock.json names (about a minute) ...')
  await probe(npm, wanted, root)
  const { status, output } = await runNode([npm, 'ci', ...installOptions], root)
  if (status !== 0) throw installFault(output, root)
}

/**
 * Asks for one package first. Without a network `npm ci` would take minutes to say so, because it begins anew
 * for each optional package that it can't have, and by then it has emptied node_modules.
 */
async function probe(npm, wanted, root) {
  const path = Object.keys(wanted).find((key) => /^node_modules\//.test(key) && !wanted[key].link)
  if (!path) return
  const name = path.slice('node_modules/'.length)
  const { status, output } = await runNode([npm, 'view', name, 'name', ...probeOptions], root)
  const fault = status === 0 ? undefined : networkFault(readNpmError(output))
  if (fault) throw fault
}

// What the cache holds needs no network.
const probeOptions = [
  '--loglevel=error',
  '--prefer-offline',
  '--fetch-retries=1',
  '--fetch-retry-mintimeout=500',
]

const installOptions = [
  '--loglevel=error',
  '--prefer-offline',
  '--no-audit',
  '--no-fund',
  '--no-progress',
  // NODE_ENV=production would leave out the compiler.
  '--include=dev',
  '--include=optional',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=5000',
]

function installFault(output, root) {
  const error = readNpmError(output)
  return (
    networkFault(error) ??
    unwritable(error.code, error.path ?? root) ??
    new BootstrapFault(`npm ci failed: ${lastLines(error.lines, output)}`)
  )
}

function networkFault({ code }) {
  if (!networkCodes.has(code)) return undefined
  return new BootstrapFault(
    `No network: npm could not reach its registry (${code}); connect, or check npm's proxy settings, and run this again.`,
  )
}

/** npm says what went wrong in lines such as `npm error code ENOTFOUND`; before npm 10.6 they began `npm ERR!`. */
function readNpmError(output) {
  const lines = [...output.matchAll(/^npm (?:error|ERR!) ?(.*)$/gm)].map(([, line]) => line)
  const field = (name) => lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1)
  return { lines, code: field('code'), path: field('path') }
}

function lastLines(lines, output) {
  const told = lines.filter((line) => line.trim() && !line.startsWith('A complete log'))
  const source = told.length > 0 ? told : output.trim().split('\n')
  return source.slice(-5).join('\n')
}

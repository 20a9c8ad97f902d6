import { spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterThisFile } from '../../packages/server/test/remains.js'

const root = join(import.meta.dirname, '../..')
const compiler = pathToFileURL(join(root, 'node_modules/typescript/bin/tsc'))

/** A small workspace with this project's bootstrap, in a temporary folder that goes when the tests are done. */
export class Clone {
  readonly folder = mkdtempSync(join(tmpdir(), 'latchkey-clone-'))

  /** Of the files given on top of the workspace's, or of another clone as it is now. */
  constructor(files: Record<string, unknown> | Clone = {}) {
    afterThisFile(() => rmSync(this.folder, { recursive: true, force: true }))
    chmodSync(this.folder, 0o755)
    if (files instanceof Clone) {
      cpSync(files.folder, this.folder, { recursive: true, verbatimSymlinks: true })
      return
    }
    cpSync(join(root, 'scripts'), join(this.folder, 'scripts'), {
      recursive: true,
      // A workspace, with much in its node_modules.
      filter: (path) => !path.endsWith('reference'),
    })
    // They are about a package that is not here.
    for (const script of ['bundle', 'common-passwords', 'web']) {
      rmSync(join(this.folder, `scripts/${script}.mjs`))
    }
    for (const [path, content] of Object.entries({ ...workspace, ...files })) {
      this.write(path, content)
    }
  }

  path(path: string): string {
    return join(this.folder, path)
  }

  has(path: string): boolean {
    return existsSync(this.path(path))
  }

  write(path: string, content: unknown): void {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    writeFileSync(this.path(path), text)
  }

  remove(path: string): void {
    rmSync(this.path(path), { recursive: true })
  }

  npm(...args: string[]): Promise<Ran> {
    return run([npmCli(), ...args], this.folder)
  }

  node(args: string[], options: { uid?: number; gid?: number } = {}): Promise<Ran> {
    return run(args, this.folder, options)
  }
}

// Its one dependency is a package of its own, so that npm needs no network. The compiler is the real one.
const workspace = {
  'package.json': {
    name: 'clone',
    version: '1.0.0',
    private: true,
    type: 'module',
    workspaces: ['packages/*', 'compiler'],
    scripts: { prestart: 'node scripts/bootstrap.mjs', start: 'node packages/tool/dist/main.js' },
  },
  'package-lock.json': {
    name: 'clone',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: 'clone', version: '1.0.0', workspaces: ['packages/*', 'compiler'] },
      compiler: { name: 'typescript', version: '1.0.0' },
      'node_modules/tool': { resolved: 'packages/tool', link: true },
      'node_modules/typescript': { resolved: 'compiler', link: true },
      'packages/tool': { version: '1.0.0' },
    },
  },
  'compiler/package.json': { name: 'typescript', version: '1.0.0', type: 'module' },
  'compiler/bin/tsc': `import '${compiler}'`,
  'tsconfig.base.json': {
    compilerOptions: { module: 'nodenext', types: [], lib: ['es2023', 'dom'], composite: true },
  },
  'tsconfig.json': { files: [], references: [{ path: 'packages/tool' }] },
  'packages/tool/package.json': { name: 'tool', version: '1.0.0', type: 'module' },
  'packages/tool/tsconfig.json': {
    extends: '../../tsconfig.base.json',
    compilerOptions: { rootDir: 'src', outDir: 'dist' },
    include: ['src'],
  },
  'packages/tool/src/main.ts': "console.log('one')\n",
}

export interface Ran {
  status: number | null
  /** What npm's banner and the script printed, without the banner. */
  stdout: string
  stderr: string
}

function run(args: string[], cwd: string, options: { uid?: number; gid?: number } = {}) {
  return new Promise<Ran>((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env: cleanEnvironment(cwd), ...options })
    const ran: Ran = { status: null, stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      ran.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      ran.stderr += text
    })
    child.on('error', reject)
    child.on('close', (status) => {
      const lines = ran.stdout.split('\n').filter((line) => line && !line.startsWith('> '))
      resolve({ ...ran, status, stdout: lines.join('\n') })
    })
  })
}

/** Nothing of the npm that runs these tests, nor of the person's own configuration, and no registry. */
function cleanEnvironment(folder: string): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|VITEST)/i.test(name))
  return {
    ...Object.fromEntries(kept),
    npm_execpath: npmCli(),
    npm_config_user_agent: 'npm/11.0.0',
    npm_config_cache: join(folder, '.npm-cache'),
    npm_config_userconfig: join(folder, '.npmrc-of-nobody'),
    npm_config_registry: 'http://127.0.0.1:1/',
    npm_config_fetch_retries: '0',
    npm_config_update_notifier: 'false',
  }
}

/** The npm that runs these tests, or the one that came with Node. */
export function npmCli(): string {
  const beside = dirname(process.execPath)
  const found = [
    process.env.npm_execpath ?? '',
    join(beside, '../lib/node_modules/npm/bin/npm-cli.js'),
    join(beside, 'node_modules/npm/bin/npm-cli.js'),
  ].find((path) => path.endsWith('npm-cli.js') && existsSync(path))
  if (!found) throw new Error('These tests need npm: run them by npm test.')
  return found
}

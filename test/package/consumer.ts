/** The packages as npm would publish them, in a project that knows nothing of this workspace. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { npmCli } from '../fresh-clone/clone.js'

export const root = join(import.meta.dirname, '../..')

export const packages = [
  { name: 'latchkey', folder: 'packages/server' },
  { name: '@latchkey/guard', folder: 'packages/guard' },
  { name: '@latchkey/client', folder: 'packages/client' },
] as const

export interface Ran {
  status: number | null
  stdout: string
  stderr: string
}

/** What npm says of a package that it has made. */
export interface Packed {
  readonly name: string
  readonly filename: string
  /** Bytes, as they are sent and as they lie on a disk. */
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { path: string }[]
}

export class Consumer {
  readonly folder: string
  readonly packed: readonly Packed[]

  constructor() {
    // Below this project's node_modules, where other people's packages are found without a network.
    const cache = join(root, 'node_modules/.cache/latchkey')
    mkdirSync(cache, { recursive: true })
    this.folder = mkdtempSync(join(cache, 'consumer-'))
    this.write('package.json', '{ "private": true, "type": "module" }\n')
    this.packed = this.#install()
  }

  path(path: string): string {
    return join(this.folder, path)
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8')
  }

  write(path: string, content: string | object): void {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    writeFileSync(this.path(path), typeof content === 'string' ? content : JSON.stringify(content))
  }

  /** The names of a package's files. */
  filesOf(name: string): string[] {
    const packed = this.packed.find((each) => each.name === name)
    return packed?.files.map(({ path }) => path) ?? []
  }

  node(args: readonly string[], options: { env?: object; input?: string } = {}): Ran {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: this.folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...options.env },
      ...(options.input !== undefined && { input: options.input }),
    })
    return { status, stdout, stderr }
  }

  /** Compiles these files, as strictly as a project can. @returns what the compiler complains of */
  compile(files: readonly string[], options: object = {}): string {
    const name = `tsconfig-${files[0]?.replaceAll(/\W/g, '-')}.json`
    this.write(name, { compilerOptions: { ...strict, ...options }, files })
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    return this.node([tsc, '--project', name]).stdout
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #install(): Packed[] {
    const folders = packages.map(({ folder }) => join(root, folder))
    const pack = ['pack', '--json', `--pack-destination=${this.folder}`, ...folders]
    const packed: Packed[] = JSON.parse(this.#run(process.execPath, [npmCli(), ...pack]))
    for (const { name, filename } of packed) {
      const target = join('node_modules', name)
      mkdirSync(this.path(target), { recursive: true })
      this.#run('tar', ['-xzf', filename, '-C', target, '--strip-components=1'])
    }
    return packed
  }

  #run(command: string, args: readonly string[]): string {
    const { status, stdout, stderr, error } = spawnSync(command, args, {
      cwd: this.folder,
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error ?? stderr}`)
    return stdout
  }
}

// Without the condition by which this workspace finds sources.
const strict = {
  target: 'es2022',
  module: 'nodenext',
  types: ['node'],
  jsx: 'react-jsx',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
}

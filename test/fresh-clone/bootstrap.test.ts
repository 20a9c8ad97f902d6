import { chmodSync, mkdirSync, readFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { Clone } from './clone.js'

const installing = 'Installing what package-lock.json names (about a minute) ...'
const building = 'Building ...'

describe('on a fresh clone', () => {
  test('npm start installs, builds and starts; the second time it only starts', async () => {
    const clone = new Clone()
    expect(await clone.npm('start')).toEqual({
      status: 0,
      stdout: `${installing}\n${building}\none`,
      stderr: '',
    })
    expect(await clone.npm('start')).toEqual({ status: 0, stdout: 'one', stderr: '' })
    expect(clone.has('.bootstrap.lock')).toBe(false)
  })

  test('of two runs at once one does the work', async () => {
    const clone = new Clone()
    const runs = await Promise.all([1, 2].map(() => clone.node(['scripts/bootstrap.mjs'])))
    expect(runs.map(({ status, stderr }) => [status, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ])
    const said = runs.flatMap(({ stdout }) => stdout.split('\n'))
    expect(said.filter((line) => line === installing || line === building)).toEqual([
      installing,
      building,
    ])
  })

  test('the lock of a run that was killed is passed over', async () => {
    const clone = new Clone()
    mkdirSync(clone.path('.bootstrap.lock'))
    utimesSync(clone.path('.bootstrap.lock'), new Date(0), new Date(0))
    expect(await clone.node(['scripts/bootstrap.mjs'])).toEqual({
      status: 0,
      stdout: `${installing}\n${building}`,
      stderr: '',
    })
  })
})

describe('after an install', () => {
  let original: Clone
  beforeAll(async () => {
    original = new Clone()
    expect(await original.node(['scripts/bootstrap.mjs'])).toMatchObject({ status: 0 })
  })
  const installed = () => new Clone(original)

  test('nothing to do is silent', async () => {
    const clone = installed()
    expect(await clone.node(['scripts/bootstrap.mjs'])).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    })
  })

  test('a changed source is compiled again, and the dates of files do not matter', async () => {
    const clone = installed()
    clone.write('packages/tool/src/main.ts', "console.log('two')\n")
    utimesSync(clone.path('packages/tool/src/main.ts'), new Date(0), new Date(0))
    expect(await clone.npm('start')).toMatchObject({ status: 0, stdout: `${building}\ntwo` })
  })

  test('a deleted source leaves nothing in dist', async () => {
    const clone = installed()
    clone.write('packages/tool/src/extra.ts', 'export {}\n')
    await clone.node(['scripts/bootstrap.mjs'])
    expect(clone.has('packages/tool/dist/extra.js')).toBe(true)
    clone.remove('packages/tool/src/extra.ts')
    expect(await clone.node(['scripts/bootstrap.mjs'])).toMatchObject({ stdout: building })
    expect(clone.has('packages/tool/dist/extra.js')).toBe(false)
    expect(clone.has('packages/tool/dist/main.js')).toBe(true)
  })

  test('a changed tsconfig builds into an emptied dist', async () => {
    const clone = installed()
    clone.write('packages/tool/dist/left-over.js', '')
    clone.write('tsconfig.base.json', {
      compilerOptions: {
        module: 'nodenext',
        types: [],
        lib: ['es2023', 'dom'],
        sourceMap: true,
        composite: true,
      },
    })
    expect(await clone.node(['scripts/bootstrap.mjs'])).toMatchObject({ stdout: building })
    expect(clone.has('packages/tool/dist/left-over.js')).toBe(false)
    expect(clone.has('packages/tool/dist/main.js.map')).toBe(true)
  })

  test('a dist that was taken away or edited is built again', async () => {
    const clone = installed()
    clone.remove('packages/tool/dist')
    expect(await clone.npm('start')).toMatchObject({ stdout: `${building}\none` })
    clone.write('packages/tool/dist/main.js', "console.log('edited')\n")
    expect(await clone.npm('start')).toMatchObject({ stdout: `${building}\none` })
  })

  test('a test beside the sources is no reason to build', async () => {
    const clone = installed()
    clone.write('packages/tool/src/main.test.ts', '')
    expect(await clone.node(['scripts/bootstrap.mjs'])).toMatchObject({ stdout: '' })
  })

  test('a package that the lock file no longer describes so is installed again', async () => {
    const clone = installed()
    const lock = JSON.parse(readFileSync(clone.path('package-lock.json'), 'utf8'))
    lock.packages['packages/tool'].version = '1.0.1'
    clone.write('package-lock.json', lock)
    clone.write('packages/tool/package.json', { name: 'tool', version: '1.0.1', type: 'module' })
    expect(await clone.node(['scripts/bootstrap.mjs'])).toMatchObject({
      status: 0,
      stdout: `${installing}\n${building}`,
    })
  })

  test('a package that was deleted from node_modules is installed again', async () => {
    const clone = installed()
    clone.remove('node_modules/typescript')
    expect(await clone.node(['scripts/bootstrap.mjs'])).toMatchObject({
      status: 0,
      stdout: `${installing}\n${building}`,
    })
  })

  test('a source that does not compile is shown with its place, and the status is 1', async () => {
    const clone = installed()
    clone.write('packages/tool/src/main.ts', 'const one: number = "one"\n')
    const ran = await clone.npm('start')
    expect(ran).toMatchObject({ status: 1, stdout: building })
    expect(ran.stderr).toContain('packages/tool/src/main.ts')
    expect(ran.stderr).toMatch(/\nThe packages do not compile: see the lines above\.\n$/)
  })
})

describe('one sentence and status 1', () => {
  test('when Node is too old', async () => {
    const clone = new Clone({
      'old.cjs': "Object.defineProperty(process, 'versions', { value: { node: '18.20.4' } })",
    })
    expect(await clone.node(['--require', './old.cjs', 'scripts/bootstrap.mjs'])).toEqual({
      status: 1,
      stdout: '',
      stderr: 'Latchkey needs Node 20.19 or newer, and this is Node 18.20.4.\n',
    })
  })

  test('when there is no network to install from', async () => {
    const clone = new Clone(needing('ms', '2.1.3'))
    expect(await clone.npm('start')).toEqual({
      status: 1,
      stdout: installing,
      stderr:
        "No network: npm could not reach its registry (ECONNREFUSED); connect, or check npm's proxy settings, and run this again.\n",
    })
    expect(clone.has('.bootstrap.lock')).toBe(false)
  })

  test('when the lock file lacks what a package.json asks for', async () => {
    const clone = new Clone({
      'packages/tool/package.json': {
        name: 'tool',
        version: '1.0.0',
        dependencies: { ms: '2.1.3' },
      },
    })
    expect(await clone.npm('start')).toEqual({
      status: 1,
      stdout: '',
      stderr:
        'package-lock.json does not match the package.json files: run npm install, and commit the lock file with them.\n',
    })
  })

  test('when npm fails for another reason, with that reason', async () => {
    const clone = new Clone()
    const npm = clone.path('broken-npm.cjs')
    clone.write('broken-npm.cjs', "console.error('npm error code EWHATEVER'); process.exit(7)")
    clone.write('named.cjs', `process.env.npm_execpath = ${JSON.stringify(npm)}`)
    expect(await clone.node(['--require', './named.cjs', 'scripts/bootstrap.mjs'])).toEqual({
      status: 1,
      stdout: installing,
      stderr: 'npm ci failed: code EWHATEVER\n',
    })
  })

  test('when it is not started by npm and must install', async () => {
    const clone = new Clone({ 'alone.cjs': 'delete process.env.npm_execpath' })
    expect(await clone.node(['--require', './alone.cjs', 'scripts/bootstrap.mjs'])).toEqual({
      status: 1,
      stdout: '',
      stderr: 'node_modules is not what package-lock.json says: run npm ci.\n',
    })
  })

  test("when the folder can't be written", async () => {
    const clone = new Clone()
    chmodSync(clone.folder, 0o555)
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
    const ran = await clone.node(['scripts/bootstrap.mjs'], nobody)
    chmodSync(clone.folder, 0o755)
    expect(ran).toEqual({
      status: 1,
      stdout: '',
      stderr: `Latchkey can't write to ${clone.folder}: permission denied (EACCES).\n`,
    })
  })
})

function needing(name: string, version: string): Record<string, unknown> {
  const manifest = { name: 'clone', version: '1.0.0', dependencies: { [name]: version } }
  return {
    'package.json': {
      ...manifest,
      scripts: { prestart: 'node scripts/bootstrap.mjs', start: 'node --version' },
    },
    'package-lock.json': {
      name: 'clone',
      lockfileVersion: 3,
      packages: {
        '': manifest,
        [`node_modules/${name}`]: { version, integrity: `sha512-${'A'.repeat(86)}==` },
      },
    },
  }
}

test('the scripts ask for the Node that the packages name', () => {
  const root = join(import.meta.dirname, '../..')
  const read = (path: string) => readFileSync(join(root, path), 'utf8')
  const { engines } = JSON.parse(read('package.json'))
  for (const path of ['scripts/bootstrap.mjs', 'packages/server/bin/latchkey.js']) {
    expect(`>=${/needed = '(.*)'/.exec(read(path))?.[1]}`).toBe(engines.node)
  }
})

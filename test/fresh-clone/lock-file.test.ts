import { expect, test } from 'vitest'
import { Clone } from './clone.js'

function check(packages: Record<string, unknown>) {
  const clone = new Clone({ 'package-lock.json': { packages } })
  return clone.node(['scripts/lock-file.mjs'])
}

test('a whole lock file is passed in silence', async () => {
  const ran = await check({
    '': {},
    'node_modules/a': { optionalDependencies: { 'a-linux': '1', 'a-mac': '1' } },
    'node_modules/a-linux': {},
    'node_modules/a/node_modules/a-mac': {},
    'packages/b': { optionalDependencies: { c: '1' } },
    'packages/b/node_modules/c': {},
    'node_modules/b': { resolved: 'packages/b', link: true },
  })
  expect(ran).toEqual({ status: 0, stdout: '', stderr: '' })
})

test('a download address is a fault', async () => {
  const ran = await check({ 'node_modules/a': { resolved: 'https://registry.example/a.tgz' } })
  expect(ran).toEqual({
    status: 1,
    stdout: '',
    stderr: 'node_modules/a names a download address (resolved)\n',
  })
})

test('an optional dependency without an entry is a fault', async () => {
  const ran = await check({
    '': { optionalDependencies: { x: '1' } },
    'node_modules/a': { optionalDependencies: { 'a-mac': '1' } },
    'node_modules/b/node_modules/a-mac': {},
  })
  expect(ran).toEqual({
    status: 1,
    stdout: '',
    stderr:
      'the root has no entry for its optional dependency x\nnode_modules/a has no entry for its optional dependency a-mac\n',
  })
})

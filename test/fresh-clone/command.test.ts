import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Clone } from './clone.js'

const bin = 'packages/tool/bin/latchkey.js'
const source = readFileSync(
  join(import.meta.dirname, '../../packages/server/bin/latchkey.js'),
  'utf8',
)

test('before the first build the command says what to do', async () => {
  const clone = new Clone({ [bin]: source })
  expect(await clone.node([bin, 'doctor'])).toEqual({
    status: 1,
    stdout: '',
    stderr: 'Latchkey is not built yet: run npm start first.\n',
  })
})

test('the command hands over its arguments, and the status that comes back', async () => {
  const clone = new Clone({
    [bin]: source,
    'packages/tool/dist/program/main.js':
      'export async function main(argv) { console.log(argv.join()); return 2 }',
  })
  expect(await clone.node([bin, 'user', 'list'])).toEqual({
    status: 2,
    stdout: 'user,list',
    stderr: '',
  })
})

test('on an old Node the command says so', async () => {
  const clone = new Clone({
    [bin]: source,
    'old.cjs': "Object.defineProperty(process, 'versions', { value: { node: '20.18.3' } })",
  })
  expect(await clone.node(['--require', './old.cjs', bin])).toEqual({
    status: 1,
    stdout: '',
    stderr: 'Latchkey needs Node 20.19 or newer, and this is Node 20.18.3.\n',
  })
})

/** Files that are not what they should be, as somebody meets them who types the command. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { newUrl } from '../databases.js'
import { run } from './commands.js'
import { emptyFolder } from './run.js'

vi.setConfig({ testTimeout: 60_000 })

const csv = 'username,email\nann,ann@example.com\nbob,bob@example.com\n'
const latin1 = Buffer.from('username\nren\xe9\nzo\xeb\njos\xe9\n', 'latin1')

async function imported(content: string | Buffer, ...options: string[]) {
  const env = { LATCHKEY_DATABASE_URL: await newUrl('SQLite') }
  const path = join(emptyFolder(), 'users')
  writeFileSync(path, content)
  const outcome = await run(['user', 'import', path, '--json', ...options], { env })
  const users = await run(['user', 'list', '--json'], { env })
  const { items }: { items: { username: string }[] } = JSON.parse(users.stdout)
  return { ...outcome, path, names: items.map(({ username }) => username).sort() }
}

it.each([
  ['in UTF-16', Buffer.from(`\ufeff${csv}`, 'utf16le'), /is in UTF-16: make it UTF-8, by `iconv/],
  ['in Latin-1', latin1, /is not in UTF-8: convert it/],
  ['with a column twice', csv.replace('email', 'username'), /"username" is there twice/],
  ['with a column missing', csv.replace('username', 'login'), /No column is the username/],
  ['with a column too many', csv.replace('email', 'emial'), /No user has a "emial"/],
  ['of another kind', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0', 'latin1'), /is not text in UTF-8/],
])('a file %s is refused as a whole, with a sentence', async (_, content, sentence) => {
  const { status, stdout, stderr, names } = await imported(content)
  expect({ status, stdout, names }).toEqual({ status: 1, stdout: '', names: [] })
  expect(stderr).toMatch(sentence)
  expect(stderr).not.toMatch(/\n\s+at /)
})

it('a byte-order mark is passed over, and the last line may be broken', async () => {
  for (const end of ['car', '"carl', 'carl,carl@exa\xff']) {
    const text = Buffer.concat([Buffer.from(`\ufeff${csv}`), Buffer.from(end, 'latin1')])
    const { status, stdout, stderr, path, names } = await imported(text)
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ imported: 2, left_out: 1, end: 'ended' })
    expect(stderr.startsWith(`${path}:4: `)).toBe(true)
    expect(names).toEqual(['ann', 'bob'])
  }
})

it('a file that was cut off and is whole again brings those who are missing', async () => {
  const env = { LATCHKEY_DATABASE_URL: await newUrl('SQLite') }
  const path = join(emptyFolder(), 'users.json')
  const whole = JSON.stringify(['ann', 'bob', 'carl'].map((username) => ({ username })))
  writeFileSync(path, whole.slice(0, -12))
  const cut = await run(['user', 'import', path, '--json'], { env })
  expect(cut.status).toBe(1)
  expect(JSON.parse(cut.stdout)).toMatchObject({ imported: 2, left_out: 1 })
  writeFileSync(path, whole)
  const again = await run(['user', 'import', path, '--json'], { env })
  expect(again.status).toBe(0)
  expect(JSON.parse(again.stdout)).toMatchObject({ imported: 1, present: 2, left_out: 0 })
})

it('what is no file, or is not there, is told', async () => {
  const folder = join(emptyFolder(), 'folder')
  mkdirSync(folder)
  for (const path of [folder, join(folder, 'none')]) {
    const env = { LATCHKEY_DATABASE_URL: await newUrl('SQLite') }
    const { status, stderr } = await run(['user', 'import', path], { env })
    expect(status).toBe(1)
    expect(stderr).toContain(path)
    expect(stderr).not.toMatch(/\n\s+at /)
  }
})

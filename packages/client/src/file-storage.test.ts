import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { fileStorage } from './file-storage.js'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'latchkey-file-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const modeOf = (path: string) => statSync(path).mode & 0o777

it('keeps what was written where its owner alone can read it', async () => {
  const parent = join(folder(), 'config')
  const file = join(parent, 'session.json')
  const storage = fileStorage(file)
  expect(await storage.read()).toBeNull()
  await storage.write('first')
  await storage.write('second')
  expect(await fileStorage(file).read()).toBe('second')
  expect([modeOf(parent), modeOf(file)]).toEqual([0o700, 0o600])
  expect(readdirSync(parent)).toEqual(['session.json'])
})

it.each([0o640, 0o604, 0o620, 0o666])('refuses a file of mode %o', async (mode) => {
  const file = join(folder(), 'session.json')
  const storage = fileStorage(file)
  writeFileSync(file, 'secret')
  chmodSync(file, mode)
  const sentence = `${file} can be read by others than its owner; run: chmod 600 '${file}'`
  expect(() => fileStorage(file)).toThrow(sentence)
  await expect(storage.read()).rejects.toThrow(sentence)
  expect(readFileSync(file, 'utf8')).toBe('secret')
})

it('leaves the file as it was when it can’t be replaced', async () => {
  const parent = folder()
  const file = join(parent, 'session.json')
  mkdirSync(file, { mode: 0o700 })
  await expect(fileStorage(file).write('text')).rejects.toThrow()
  expect(readdirSync(parent)).toEqual(['session.json'])
})

it('takes away with a sign-out what a killed process has left, and nothing else', async () => {
  const parent = folder()
  const file = join(parent, 'session.json')
  const storage = fileStorage(file)
  await storage.write('text')
  const names = ['session.json.1.draft', 'session.json.2.draft', 'session.json.old', 'other.draft']
  for (const name of names) {
    writeFileSync(join(parent, name), 'text')
    utimesSync(join(parent, name), 1, 1)
  }
  // This one is being written.
  utimesSync(join(parent, 'session.json.2.draft'), Date.now() / 1000, Date.now() / 1000)
  await storage.write(null)
  expect(existsSync(file)).toBe(false)
  expect(readdirSync(parent).sort()).toEqual(names.slice(1).sort())
  await storage.write(null)
})

it('tells when somebody else has written, until it is told to stop', async () => {
  const file = join(folder(), 'session.json')
  const changed = vi.fn()
  const stop = fileStorage(file).watch?.(changed)
  for (const [index, text] of ['one', 'two', null].entries()) {
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(index + 1), 20_000)
    await fileStorage(file).write(text)
  }
  await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(4), 20_000)
  stop?.()
})

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writeWhole } from './whole-file.js'

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('a file is there when it is whole, and not before', async () => {
  const folder = emptyFolder()
  const path = join(folder, 'file')
  const isWhole = await writeWhole(path, {
    overwrites: false,
    async write(append) {
      await append('one ')
      expect(existsSync(path)).toBe(false)
      await append('two')
      return true
    },
  })
  expect(isWhole).toBe(true)
  expect(readFileSync(path, 'utf8')).toBe('one two')
  expect(readdirSync(folder)).toEqual(['file'])
})

test('nothing stays of a file that was stopped or could not be written', async () => {
  const folder = emptyFolder()
  const path = join(folder, 'file')
  const stopped = { overwrites: true, write: async () => false }
  expect(await writeWhole(path, stopped)).toBe(false)
  const failed = { overwrites: true, write: () => Promise.reject(new Error('no room')) }
  await expect(writeWhole(path, failed)).rejects.toThrow('no room')
  expect(readdirSync(folder)).toEqual([])
})

test('of two that are written at once one takes the name', async () => {
  const folder = emptyFolder()
  const path = join(folder, 'file')
  const inner = {
    overwrites: false,
    write: async (append: (text: string) => Promise<void>) => {
      await append('inner')
      return true
    },
  }
  const outer = {
    overwrites: false,
    async write(append: (text: string) => Promise<void>) {
      await append('outer')
      return writeWhole(path, inner)
    },
  }
  await expect(writeWhole(path, outer)).rejects.toThrow('EEXIST')
  expect(readdirSync(folder)).toEqual(['file'])
  expect(readFileSync(path, 'utf8')).toBe('inner')
})

test('what is no file is never replaced', async () => {
  const write = async () => true
  await expect(writeWhole(tmpdir(), { overwrites: true, write })).rejects.toThrow('is no file')
})

/** Files with one fault at a place of chance: nothing else is lost, and the fault is told. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { soak } from '../../test/soak.js'
import type { Instant } from '../store/schema.js'
import { openUserFile } from './open.js'

const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const names = Array.from({ length: 12 }, (_, index) => `user-${index}`)
const inJson = names.map((name) => `{"username":"${name}","metadata":{"a":[1,"b"]}}`)
const kinds = {
  lines: inJson,
  list: ['[', ...inJson.map((record, index) => (index === 11 ? record : `${record},`)), ']'],
  csv: ['username,email,metadata', ...names.map((name) => `${name},,"{""a"":1}"`)],
}

/** What breaks files: half a line, and bytes that mean something to their readers. */
const breakage = fc.oneof(
  fc.record({ cut: fc.nat(40) }),
  fc.record({
    at: fc.nat(40),
    bytes: fc.constantFrom('"', '{', '}', '[', ']', ',', ':', '\\', '\0', '\xff', '""', '\r', 'x'),
  }),
)

type Breakage = { cut: number } | { at: number; bytes: string }

function broken(line: string, how: Breakage): string {
  if ('cut' in how) return line.slice(0, 1 + (how.cut % (line.length - 1)))
  const at = how.at % line.length
  return line.slice(0, at) + how.bytes + line.slice(at)
}

interface Found {
  users: string[]
  faults: number[]
}

async function read(lines: readonly string[]): Promise<Found> {
  const path = join(folder, 'users')
  writeFileSync(path, Buffer.from(lines.join('\n'), 'latin1'))
  const source = await openUserFile(path, { from: 'latchkey', now: 1 as Instant })
  const found: Found = { users: [], faults: [] }
  for await (const record of source.records()) {
    if ('user' in record) found.users.push(record.user.username)
    else found.faults.push(record.at)
  }
  return found
}

/** The number of a record, and what happens to it. By the first one it shows what kind of file it is. */
const cases = fc.tuple(fc.integer({ min: 1, max: names.length - 1 }), breakage)
const runs = { numRuns: soak || 300 }

test.each(['lines', 'csv'] as const)(
  'of %s only the broken one is lost, and told by its line',
  async (kind) => {
    const first = kind === 'csv' ? 1 : 0
    await fc.assert(
      fc.asyncProperty(cases, async ([index, how]) => {
        const lines = [...kinds[kind]]
        const place = first + index
        lines[place] = broken(lines[place] ?? '', how)
        const { users, faults } = await read(lines)
        const others = names.filter((_, number) => number !== index)
        expect(users).toEqual(expect.arrayContaining(others))
        expect(faults.every((at) => at === place + 1)).toBe(true)
        expect(users.length + faults.length).toBeLessThanOrEqual(names.length)
      }),
      runs,
    )
  },
)

test('of a list all is read that is before the broken one, and what is not read is told', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ([index, how]) => {
      const lines = [...kinds.list]
      lines[index + 1] = broken(lines[index + 1] ?? '', how)
      const { users, faults } = await read(lines)
      expect(users.slice(0, index)).toEqual(names.slice(0, index))
      expect(users.length === names.length || faults.length > 0).toBe(true)
      expect(faults.every((at) => at > index)).toBe(true)
    }),
    runs,
  )
})

test.each(['lines', 'list', 'csv'] as const)(
  'of %s that are cut off anywhere there is one fault at most',
  async (kind) => {
    const text = kinds[kind].join('\n')
    for (let length = 30; length < text.length; length++) {
      const { users, faults } = await read([text.slice(0, length)])
      expect(users.slice(0, -1)).toEqual(names.slice(0, Math.max(0, users.length - 1)))
      expect(faults.length).toBeLessThanOrEqual(1)
      if (kind === 'list') expect(faults).toHaveLength(1)
    }
  },
)

/** Hashes of several processes: as many at a time as the machine has cores. */

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'

const program = join(import.meta.dirname, 'hashing.mjs')

it.each([1, 2, 4])(
  'J03 three processes never compute more than %i hashes at a time',
  async (cores) => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-hashes-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = join(folder, 'log')
    await promisify(execFile)(process.execPath, [program, file, `${cores}`])
    const written = await readFile(file, 'utf8')
    expect(written.length).toBe(2 * 3 * 10)
    expect(mostAtATime(written)).toBeLessThanOrEqual(cores)
  },
)

function mostAtATime(written: string): number {
  let now = 0
  const counts = Array.from(written, (mark) => (now += mark === 'b' ? 1 : -1))
  return Math.max(...counts)
}

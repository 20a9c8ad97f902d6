/** What `latchkey user import` survives: being killed, being started twice, a full disk, a large file. */

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { openStore } from '../../src/store/open.js'
import { databases, newUrl, onDatabase } from '../databases.js'
import { soak } from '../soak.js'
import { emptyFolder, run, spawnLatchkey, start } from './run.js'

vi.setConfig({ testTimeout: soak > 0 ? 3_600_000 : 180_000 })

const many = 12_000

interface Written {
  users: number
  /** Characters of metadata that each has. */
  each?: number
}

/** In a file of its own. */
async function fileOf({ users, each = 0 }: Written): Promise<string> {
  const path = join(emptyFolder(), 'users.ndjson')
  const file = createWriteStream(path)
  const note = { note: 'x'.repeat(each / 2) }
  const metadata = each === 0 ? {} : { metadata: note, admin_metadata: note }
  for (let number = 1; number <= users; number++) {
    const email = `user${number}@mail.example.com`
    const line = { username: `user${number}`, email, email_verified: true, ...metadata }
    if (!file.write(`${JSON.stringify(line)}\n`)) await once(file, 'drain')
  }
  await new Promise((resolve) => file.end(resolve))
  return path
}

/** Where a database is that has its tables. */
async function made(url: string): Promise<string> {
  await (await openStore(url)).close()
  return url
}

/** How many users there are, and how far the one import is. */
function stateOf(url: string): Promise<{ users: number; position: number }> {
  return onDatabase(url, async (database) => {
    const { build } = database
    const count = build.selectFrom('users').select(({ fn }) => fn.countAll().as('users'))
    const [counted] = await database.read(count.compile())
    const imports = build.selectFrom('user_imports').select('position')
    const [one] = await database.read(imports.compile())
    return { users: Number(counted?.users), position: one?.position ?? 0 }
  })
}

function environment(url: string): Record<string, string> {
  return { LATCHKEY_DATABASE_URL: url }
}

function importOf(path: string, url: string) {
  return run(['user', 'import', path, '--json'], { env: environment(url) })
}

for (const { name, url: newDatabase } of databases) {
  describe(`an import on ${name}`, () => {
    it.each(['SIGKILL', 'SIGINT'] as const)('goes on where %s has ended it', async (signal) => {
      const url = await made(await newDatabase())
      const path = await fileOf({ users: many })
      const env = environment(url)
      const importing = start(['user', 'import', path], { env })
      await vi.waitFor(async () => expect((await stateOf(url)).position).toBeGreaterThan(0), {
        timeout: 60_000,
        interval: 5,
      })
      const status = await importing.stop(signal)
      const ended = await stateOf(url)
      expect(ended.users).toBe(ended.position)
      expect(ended.position).toBeLessThan(many)
      expect(status).toBe(signal === 'SIGINT' ? 1 : null)
      if (signal === 'SIGINT') expect(importing.printed()).toContain('run it again to go on')

      const again = JSON.parse((await importOf(path, url)).stdout)
      expect(again).toMatchObject({ imported: many, left_out: 0, resumed_at: ended.position })
      expect((await stateOf(url)).users).toBe(many)
      const found = await run(['user', 'list', '--search', `r${many}@`, '--json'], { env })
      expect(JSON.parse(found.stdout).items).toMatchObject([{ username: `user${many}` }])
    })

    it('makes each user once where two do the same at once', async () => {
      const url = await made(await newDatabase())
      const path = await fileOf({ users: 3_000 })
      const both = await Promise.all([importOf(path, url), importOf(path, url)])
      const done = both.filter(({ status }) => status === 0)
      expect(done.length).toBeGreaterThan(0)
      for (const { status, stderr } of both) {
        if (status !== 0) expect(stderr).toContain('is being imported by another process')
      }
      expect(await stateOf(url)).toEqual({ users: 3_000, position: 3_000 })
    })

    it('makes each user once where two files at once hold the same', async () => {
      const url = await made(await newDatabase())
      const paths = await Promise.all([fileOf({ users: 3_000 }), fileOf({ users: 3_001 })])
      const both = await Promise.all(paths.map((path) => importOf(path, url)))
      const outcomes = both.map(({ stdout }) => JSON.parse(stdout))
      expect(outcomes.reduce((sum, { imported }) => sum + imported, 0)).toBe(3_001)
      expect(outcomes.reduce((sum, { present }) => sum + present, 0)).toBe(3_000)
      expect((await stateOf(url)).users).toBe(3_001)
    })
  })
}

describe('an import on SQLite', () => {
  it.skipIf(process.platform === 'win32')(
    'says that the disk is full, and goes on when there is room',
    async () => {
      const url = await made(await newUrl('SQLite'))
      const path = await fileOf({ users: many })
      const program = fileURLToPath(new URL('../../bin/latchkey.js', import.meta.url))
      // Files may grow to four megabytes.
      const limited = `trap '' XFSZ; ulimit -f 8192; exec "$0" "$@"`
      const command = [process.execPath, program, 'user', 'import', path]
      const { status, stderr } = spawnSync('sh', ['-c', limited, ...command], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, ...environment(url) },
      })
      expect(status).toBe(1)
      expect(stderr).toMatch(/^The database can't be used: .*(full|I\/O)/m)
      const before = await stateOf(url)
      expect(before.users).toBe(before.position)
      expect(before.position).toBeLessThan(many)
      expect(JSON.parse((await importOf(path, url)).stdout)).toMatchObject({ imported: many })
      expect((await stateOf(url)).users).toBe(many)
    },
  )

  it('does not keep what a file holds in memory, however large it is', async () => {
    const [users, each] = soak > 0 ? [250_000, 0] : [6_000, 8_000]
    const peaks: number[] = []
    for (const times of [1, 4]) {
      const path = await fileOf({ users: users * times, each })
      peaks.push(await peakOf(path, await newUrl('SQLite')))
    }
    const [once = 0, four = 0] = peaks
    // The larger file has 144 MB more, which would be several times that once parsed.
    expect(four - once).toBeLessThan(144)
  })
})

/** Resident megabytes, the most of them. */
async function peakOf(path: string, url: string): Promise<number> {
  const report = join(emptyFolder(), 'peak')
  const child = spawnLatchkey(['user', 'import', path], {
    env: {
      ...environment(url),
      NODE_OPTIONS: `--import ${new URL('./report-peak.mjs', import.meta.url)}`,
      PEAK_REPORT: report,
    },
  })
  child.stdout.resume()
  child.stderr.resume()
  const [status] = await once(child, 'close')
  expect(status).toBe(0)
  return Number(readFileSync(report, 'utf8'))
}

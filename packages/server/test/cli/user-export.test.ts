/** `latchkey user export`: what an import reads again, on both databases. */

import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { databases, newUrl } from '../databases.js'
import { importedHashes, importedPassword } from '../imported-hashes.js'
import { testServer } from '../test-server.js'
import { run } from './commands.js'
import { emptyFolder, spawnLatchkey } from './run.js'

vi.setConfig({ testTimeout: 120_000 })

const people = [
  {
    username: 'Ann',
    email: 'Ann@example.com',
    email_verified: true,
    disabled: false,
    scopes: ['admin', 'items:read'],
    created_at: '2019-02-03T04:05:06.789Z',
    metadata: { name: 'Änne\u2028', deep: [{ a: null }] },
    admin_metadata: { plan: 'pro' },
    password_hash: importedHashes.bcrypt,
  },
  {
    username: 'bob',
    email: null,
    email_verified: false,
    disabled: true,
    scopes: [],
    created_at: '2020-01-01T00:00:00.000Z',
    metadata: {},
    admin_metadata: {},
    password_hash: null,
  },
]

function written(text: string): string {
  const path = join(emptyFolder(), 'users')
  writeFileSync(path, text)
  return path
}

/** A database with these users. */
async function databaseOf(users: readonly object[], url: string) {
  const env = { LATCHKEY_DATABASE_URL: url }
  const path = written(users.map((user) => `${JSON.stringify(user)}\n`).join(''))
  expect(await run(['user', 'import', path], { env })).toMatchObject({ status: 0, stderr: '' })
  return env
}

/** Users as they were exported, in the order of their names. */
function read(lines: string): Record<string, unknown>[] {
  const users = lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  return users.sort((one, other) => (one.username < other.username ? -1 : 1))
}

for (const { name, url } of databases) {
  const other = name === 'SQLite' ? 'PostgreSQL' : 'SQLite'
  describe(`user export on ${name}`, () => {
    it(`moves all users to ${other}, who sign in there`, async () => {
      const env = await databaseOf(people, await url())
      const file = join(emptyFolder(), 'users.ndjson')
      const args = ['user', 'export', file, '--with-password-hashes']
      expect(await run(args, { env })).toEqual({
        status: 0,
        stdout: `Wrote 2 users to ${file}.\n`,
        stderr: '',
      })
      expect(statSync(file).mode & 0o777).toBe(0o600)
      expect(readdirSync(dirname(file))).toEqual(['users.ndjson'])
      const users = read(readFileSync(file, 'utf8'))
      expect(users).toMatchObject(people)

      const databaseUrl = await newUrl(other)
      const there = { LATCHKEY_DATABASE_URL: databaseUrl }
      expect(await run(['user', 'import', file], { env: there })).toMatchObject({ status: 0 })
      const again = await run(['user', 'export', '--with-password-hashes'], { env: there })
      expect(read(again.stdout)).toEqual(users)
      const server = await testServer({ databaseUrl })
      const form = { username: 'ann@example.com', password: importedPassword }
      expect((await server.postForm('/token', form)).statusCode).toBe(200)
    })

    it('K03 gives hashes only where they are asked for, and writes down who took the users', async () => {
      const env = await databaseOf(people, await url())
      const lines = await run(['user', 'export'], { env })
      expect(lines).toMatchObject({ status: 0, stderr: '' })
      const { password_hash: _, ...withoutHash } = people[0] ?? {}
      expect(read(lines.stdout)[0]).toEqual({ id: expect.any(String), ...withoutHash })
      const list = await run(['user', 'export', '--json'], { env })
      expect(JSON.parse(list.stdout)).toHaveLength(2)
      const trial = ['user', 'import', '--dry-run', '--json', written(list.stdout)]
      expect(JSON.parse((await run(trial, { env })).stdout)).toMatchObject({ present: 2 })
      await run(['user', 'export', '--with-password-hashes'], { env })
      const log = await run(['audit', 'list', '--event', 'users_exported', '--json'], { env })
      expect(JSON.parse(log.stdout).items).toMatchObject([
        { actor: 'cli', detail: { password_hashes: true } },
        { actor: 'cli', detail: { password_hashes: false } },
        { actor: 'cli', detail: { password_hashes: false } },
      ])
    })

    it('replaces a file only when it is told to', async () => {
      const env = await databaseOf(people, await url())
      const file = written('mine')
      const refused = await run(['user', 'export', file], { env })
      expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('--overwrite') })
      expect(readFileSync(file, 'utf8')).toBe('mine')
      const replaced = await run(['user', 'export', file, '--overwrite', '--json'], { env })
      expect(JSON.parse(replaced.stdout)).toEqual({ exported: 2, file, end: 'ended' })
      expect(read(readFileSync(file, 'utf8'))).toHaveLength(2)
      expect((await run(['user', 'export', '--overwrite'], { env })).status).toBe(2)
    })
  })
}

it('an export says that it was stopped, and minds no reader who has enough', async () => {
  const many = Array.from({ length: 5_000 }, (_, index) => ({
    username: `user-${index}`,
    metadata: { text: 'x'.repeat(500) },
  }))
  const env = await databaseOf(many, await newUrl('SQLite'))
  // Its output is not read yet, so it waits in the middle.
  const child = spawnLatchkey(['user', 'export'], { env })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'readable')
  child.kill('SIGINT')
  const [[status], stdout, stderr] = await Promise.all([
    once(child, 'close'),
    text(child.stdout),
    text(child.stderr),
  ])
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(
      /^It was stopped after \d000 users: run it again to have all\.\n$/,
    ),
  })
  expect(read(stdout).length).toBeLessThan(5_000)
  expect(await run(['user', 'export'], { env, deaf: true })).toMatchObject({
    status: 0,
    stderr: '',
  })
})

it('an export of nobody is empty, or an empty list', async () => {
  const env = { LATCHKEY_DATABASE_URL: await newUrl('SQLite') }
  expect(await run(['user', 'export'], { env })).toEqual({ status: 0, stdout: '', stderr: '' })
  const list = await run(['user', 'export', '--json'], { env })
  expect(JSON.parse(list.stdout)).toEqual([])
})

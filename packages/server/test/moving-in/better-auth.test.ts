import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { describe, expect, it, vi } from 'vitest'
import { emptyFolder } from '../cli/run.js'
import { databases } from '../databases.js'
import { exported, moved, password, sqlite } from './moved.js'

vi.setConfig({ testTimeout: 120_000 })

const from = ['--from', 'better-auth']

/** @param change of the statements that make it */
function databaseFile(change = (sql: string) => sql): string {
  const path = join(emptyFolder(), 'auth.sqlite')
  const database = new DatabaseSync(path)
  database.exec(change(readFileSync(exported('better-auth.sql'), 'utf8')))
  database.close()
  return path
}

/** As Drizzle's adapter has it: names with underscores, tables in the plural, times in seconds. */
function asDrizzle(sql: string): string {
  return sql
    .replaceAll(/"(\w+)"/g, (_, name: string) =>
      name === 'user' || name === 'account'
        ? `"${name}s"`
        : `"${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}"`,
    )
    .replaceAll(
      /'(\d{4}-[\d:.T-]+Z)'/g,
      (_, time: string) => `${Math.floor(Date.parse(time) / 1000)}`,
    )
}

const tables = ['better-auth-user.csv', '--passwords', 'better-auth-account.csv']
const files = [
  { form: 'a database', args: () => [databaseFile()] },
  { form: "a database of Drizzle's", args: () => [databaseFile(asDrizzle), '--table', 'users'] },
  {
    form: 'two tables in CSV',
    args: () => tables.map((arg) => (arg.endsWith('.csv') ? exported(arg) : arg)),
  },
]

for (const database of databases) {
  describe(`users of Better Auth's, on ${database.name}`, () => {
    it.each(files)('come from $form and keep their passwords', async ({ args }) => {
      const { outcome, server, kept } = await moved(database, [...args(), ...from])
      expect(outcome).toMatchObject({
        imported: 4,
        left_out: 0,
        passed_over: { anonymous: 1 },
        formats: { 'better-auth': 3, none: 1 },
        losses: { second_factor: 1, provider: 2, rights: 1 },
      })
      expect(await kept('ann')).toMatchObject({
        username: 'Ann',
        email: 'ann@example.com',
        email_verified: 0,
        disabled: 0,
        scopes: '',
        metadata: '{"name":"Ann Archer"}',
      })
      expect(await kept('dora@example.com')).toMatchObject({ email_verified: 1, hash: null })
      for (const username of ['ann', 'bob@example.com']) {
        expect((await server.postForm('/token', { username, password: 'x' })).statusCode).toBe(401)
        expect((await server.postForm('/token', { username, password })).statusCode).toBe(200)
        expect((await kept(username))?.hash).toMatch(/^\$argon2id\$/)
      }
      const banned = { username: 'carol@example.com', password }
      expect((await server.postForm('/token', banned)).statusCode).toBe(401)
    })
  })
}

it.each(['1614834367', '1614834367000', "'2021-03-04T05:06:07Z'"])(
  'they were there since %s, whatever times are written in',
  async (time) => {
    const path = databaseFile((sql) => sql.replaceAll(/'\d{4}-[\d:.T-]+Z'/g, time))
    const { kept } = await moved(sqlite, [path, ...from])
    expect(await kept('ann')).toMatchObject({ created_at: Date.UTC(2021, 2, 4, 5, 6, 7) })
  },
)

it('H09 nobody takes a name by having it displayed', async () => {
  const path = databaseFile((sql) =>
    sql.replace(/('Dora'.*),NULL,NULL,'user'/, "$1,'dora','Ann','user'"),
  )
  const { outcome, kept } = await moved(sqlite, [path, ...from])
  expect(outcome).toMatchObject({ imported: 4, left_out: 0 })
  expect(await kept('dora')).toMatchObject({ username: 'dora', email: 'dora@example.com' })
  expect(await kept('ann')).toMatchObject({ username: 'Ann', email: 'ann@example.com' })
})

it('nobody comes where nothing says what the passwords are', async () => {
  const { outcome, stderr } = await moved(sqlite, [exported('better-auth-user.csv'), ...from])
  expect(outcome).toMatchObject({ imported: 0, left_out: 4, passed_over: { anonymous: 1 } })
  expect(stderr).toContain(
    ':2: The password is in the table of accounts: give it by --passwords FILE',
  )
})

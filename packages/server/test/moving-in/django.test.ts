import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { describe, expect, it, vi } from 'vitest'
import { emptyFolder } from '../cli/run.js'
import { databases } from '../databases.js'
import { exported, moved, password, sqlite } from './moved.js'

vi.setConfig({ testTimeout: 120_000 })

/** The database file of an app, with its table of users under this name. */
function databaseFile(table = 'auth_user'): string {
  const path = join(emptyFolder(), 'db.sqlite3')
  const database = new DatabaseSync(path)
  database.exec(
    readFileSync(exported('django.sql'), 'utf8').replaceAll('"auth_user"', `"${table}"`),
  )
  database.close()
  return path
}

const files = [
  { form: 'a dump', args: () => [exported('django.json')], others: { other_record: 1 } },
  { form: 'a dump of JSON lines', args: () => [exported('django.jsonl')], others: {} },
  { form: 'a table in CSV', args: () => [exported('django.csv')], others: {} },
  { form: 'a database file', args: () => [databaseFile()], others: {} },
  {
    form: "a database file with a model of the app's own",
    args: () => [databaseFile('shop_customer'), '--table', 'shop_customer'],
    others: {},
  },
] as const

for (const database of databases) {
  describe(`users of Django's, on ${database.name}`, () => {
    it.each(files)('come from $form and keep their passwords', async ({ args, others }) => {
      const { outcome, server, kept } = await moved(database, [...args(), '--from', 'django'])
      expect(outcome).toMatchObject({
        imported: 4,
        left_out: 0,
        passed_over: others,
        formats: { 'django-pbkdf2_sha256': 3, none: 1 },
      })
      const ann = await kept('ann')
      expect(ann).toMatchObject({
        username: 'ann',
        email: 'Ann@example.com',
        email_verified: 0,
        disabled: 0,
        scopes: '',
        metadata: '{"first_name":"Ann","last_name":"Archer"}',
        admin_metadata: '{"imported_from":"django","imported_id":"1"}',
        created_at: Date.UTC(2021, 2, 4, 5, 6, 7, 890),
      })
      const fields = { username: 'ann', password }
      expect((await server.postForm('/token', { ...fields, password: 'x' })).statusCode).toBe(401)
      expect((await server.postForm('/token', fields)).statusCode).toBe(200)
      expect((await kept('ann'))?.hash).toMatch(/^\$argon2id\$/)
      expect((await server.postForm('/token', fields)).statusCode).toBe(200)
    })

    it('may be disabled, and have no password', async () => {
      const args = [exported('django.json'), '--from', 'django']
      const { server, kept } = await moved(database, args)
      expect(await kept('bob@example.com')).toMatchObject({
        email: 'bob@example.com',
        disabled: 1,
        hash: null,
      })
      const fields = { username: 'bob@example.com', password }
      expect((await server.postForm('/token', fields)).statusCode).toBe(401)
    })
  })
}

it('nobody becomes an admin because Django calls them one, and the report says so', async () => {
  const { outcome, kept } = await moved(sqlite, [exported('django.json'), '--from', 'django'])
  expect(outcome).toMatchObject({ losses: { rights: 2 } })
  expect(await kept('root')).toMatchObject({ scopes: '' })
})

it('the address is the username where that is asked for, and counts as proved', async () => {
  const choices = ['--username', 'email', '--emails-verified', '--no-metadata']
  const args = [exported('django.json'), '--from', 'django', ...choices]
  const { kept } = await moved(sqlite, args)
  expect(await kept('ann@example.com')).toMatchObject({
    username: 'Ann@example.com',
    email_verified: 1,
    metadata: null,
    admin_metadata: '{"imported_from":"django","imported_id":"1"}',
  })
})

it('a model of their own may call things otherwise, in a dump too', async () => {
  const path = join(emptyFolder(), 'customers.json')
  const fields = { login: 'ann', password: '!', last_login: null, mail: 'ann@example.com' }
  writeFileSync(path, JSON.stringify([{ model: 'shop.customer', pk: 'a1', fields }]))
  const columns = ['--column', 'username=login', '--column', 'email=mail']
  const { outcome, kept } = await moved(sqlite, [path, '--from', 'django', ...columns])
  expect(outcome).toMatchObject({ imported: 1, formats: { none: 1 } })
  expect(await kept('ann')).toMatchObject({ email: 'ann@example.com', hash: null })
})

it('G07 who has a hash that would cost too much, or is cut off, is left out by name of the fault', async () => {
  const path = join(emptyFolder(), 'users.csv')
  const hashes = ['pbkdf2_sha256$2147483648$salt$aGFzaA==', 'bcrypt$$2b$31$abc', 'md4$salt$00']
  const rows = hashes.map((hash, index) => `user${index},${hash}`)
  writeFileSync(path, ['username,password', ...rows, ''].join('\n'))
  const { outcome, stderr } = await moved(sqlite, [path, '--from', 'django'])
  expect(outcome).toMatchObject({ imported: 0, left_out: 3 })
  expect(stderr).toContain(':2: The hash is django-pbkdf2_sha256 that would need')
  for (const hash of hashes) expect(stderr).not.toContain(hash)
})

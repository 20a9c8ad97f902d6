import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { run } from '../cli/commands.js'
import { emptyFolder } from '../cli/run.js'
import { databases, newUrl } from '../databases.js'
import { exported, moved, password, sqlite } from './moved.js'

vi.setConfig({ testTimeout: 120_000 })

const realm = exported('keycloak-realm.json')

for (const database of databases) {
  describe(`users of Keycloak's, on ${database.name}`, () => {
    it('come from the export of a realm and keep their passwords', async () => {
      const { outcome, server, kept } = await moved(database, [realm, '--from', 'keycloak'])
      expect(outcome).toMatchObject({
        imported: 4,
        left_out: 0,
        passed_over: { service_account: 1 },
        formats: { 'pbkdf2-sha512': 1, 'pbkdf2-sha256': 1, argon2id: 1, none: 1 },
        losses: { second_factor: 1, provider: 1, rights: 2, required_action: 1 },
      })
      expect(await kept('ann')).toMatchObject({
        email: 'ann@example.com',
        email_verified: 1,
        disabled: 0,
        scopes: '',
        metadata: '{"first_name":"Ann","last_name":"Archer"}',
        created_at: 1614834367890,
      })
      for (const username of ['ann', 'carol']) {
        const fields = { username, password }
        expect((await server.postForm('/token', { username, password: 'x' })).statusCode).toBe(401)
        expect((await server.postForm('/token', fields)).statusCode).toBe(200)
        expect((await kept(username))?.hash).toMatch(/^\$argon2id\$v=19\$m=8,t=1,p=1\$/)
        expect((await server.postForm('/token', fields)).statusCode).toBe(200)
      }
      expect((await server.postForm('/token', { username: 'bob', password })).statusCode).toBe(401)
      expect(await kept('bob')).toMatchObject({ disabled: 1 })
    })
  })
}

it('users of an export by several files come one file after the other', async () => {
  const users = exported('keycloak-users.json')
  const { outcome } = await moved(sqlite, [users, '--from', 'keycloak'])
  expect(outcome).toMatchObject({ imported: 1, left_out: 0 })
})

it('attributes are for admins alone, and one value is no list', async () => {
  const { kept } = await moved(sqlite, [realm, '--from', 'keycloak'])
  const { admin_metadata } = (await kept('ann')) ?? {}
  expect(JSON.parse(`${admin_metadata}`)).toEqual({
    plan: 'pro',
    langs: ['de', 'en'],
    imported_from: 'keycloak',
    imported_id: '0b7f4f0e-0000-4000-8000-000000000001',
  })
})

it('a list of realms is no list of users', async () => {
  const path = join(emptyFolder(), 'realms.json')
  writeFileSync(path, `[${readFileSync(realm, 'utf8')}]`)
  const { outcome, stderr } = await moved(sqlite, [path, '--from', 'keycloak'])
  expect(outcome).toMatchObject({ imported: 0, left_out: 1 })
  expect(stderr).toContain('It is a realm, not a user')
})

it('people are told what their users lose', async () => {
  const env = { LATCHKEY_DATABASE_URL: await newUrl('SQLite') }
  const { stdout } = await run(['user', 'import', realm, '--from', 'keycloak'], { env })
  expect(stdout).toMatch(/^Imported 4 users\.$/m)
  expect(stdout).toMatch(/^LOST FROM KEYCLOAK +USERS\na second factor +1$/m)
  expect(stdout).toMatch(/^rights, roles or groups.* 2$/m)
  expect(stdout).toMatch(/^PASSED OVER +RECORDS\nservice accounts.* 1$/m)
})

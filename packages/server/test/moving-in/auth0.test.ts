import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { run } from '../cli/commands.js'
import { emptyFolder } from '../cli/run.js'
import { databases, newUrl } from '../databases.js'
import { exported, moved, password, sqlite } from './moved.js'

vi.setConfig({ testTimeout: 120_000 })

const from = ['--from', 'auth0']
const users = exported('auth0.ndjson')
const hashes = exported('auth0-passwords.ndjson')

for (const database of databases) {
  describe(`users of Auth0's, on ${database.name}`, () => {
    it('come from a bulk export, and their passwords from the file beside it', async () => {
      const args = [users, ...from, '--passwords', hashes]
      const { outcome, stderr, server, kept } = await moved(database, args)
      expect(outcome).toMatchObject({
        imported: 5,
        left_out: 1,
        formats: { bcrypt: 4, none: 1 },
        losses: { second_factor: 1, provider: 2 },
      })
      expect(stderr).toContain(':6: username should be there, or email')
      expect(await kept('ann')).toMatchObject({
        email: 'ann@example.com',
        email_verified: 1,
        created_at: Date.UTC(2021, 2, 4, 5, 6, 7, 890),
      })
      expect(await kept('bob@example.com')).toMatchObject({ disabled: 1, email_verified: 0 })
      for (const username of ['ann', 'carol@example.com', 'erin@example.com']) {
        expect((await server.postForm('/token', { username, password: 'x' })).statusCode).toBe(401)
        expect((await server.postForm('/token', { username, password })).statusCode).toBe(200)
        expect((await kept(username))?.hash).toMatch(/^\$argon2id\$/)
      }
    })

    it('may be in a file as Auth0 imports it, with hashes of whatever kind', async () => {
      const { outcome, server } = await moved(database, [exported('auth0-import.json'), ...from])
      expect(outcome).toMatchObject({
        imported: 2,
        formats: { bcrypt: 1, 'ldap-sha': 1 },
        losses: { second_factor: 1 },
      })
      for (const username of ['ann@example.com', 'bob@example.com'])
        expect((await server.postForm('/token', { username, password })).statusCode).toBe(200)
    })
  })
}

it('a password of one connection is not given to another with the same address', async () => {
  const { kept } = await moved(sqlite, [users, ...from, '--passwords', hashes])
  expect(await kept('dora@example.com')).toMatchObject({ hash: null })
})

it('CSV is read without what Auth0 puts before each text', async () => {
  const args = [exported('auth0.csv'), ...from, '--passwords', hashes]
  const { outcome, kept } = await moved(sqlite, args)
  expect(outcome).toMatchObject({ imported: 4, left_out: 0, formats: { bcrypt: 3, none: 1 } })
  expect(await kept('ann@example.com')).toMatchObject({
    email_verified: 1,
    metadata: '{"name":"Ann Archer","colour":"red"}',
    admin_metadata:
      '{"plan":"pro","imported_from":"auth0","imported_id":"auth0|60406bdf0000000000000001"}',
  })
})

it('columns of CSV may have been exported under other names', async () => {
  const path = join(emptyFolder(), 'users.csv')
  const [, ...rows] = readFileSync(exported('auth0.csv'), 'utf8').split('\n')
  writeFileSync(path, ['Id,Mail,Verified,Since,Name,Colour,Plan', ...rows].join('\n'))
  const names = ['user_id=Id', 'email=Mail', 'email_verified=Verified']
  const columns = names.flatMap((name) => ['--column', name])
  const args = [path, ...from, ...columns, '--passwords', hashes]
  const { outcome, kept } = await moved(sqlite, args)
  expect(outcome).toMatchObject({ imported: 4, formats: { bcrypt: 3, none: 1 } })
  expect(await kept('ann@example.com')).toMatchObject({ email_verified: 1 })
})

it('the user may change what was theirs to change, and nobody else’s', async () => {
  const { kept } = await moved(sqlite, [users, ...from, '--passwords', hashes])
  const { metadata, admin_metadata } = (await kept('ann')) ?? {}
  expect(JSON.parse(`${metadata}`)).toEqual({
    name: 'Ann Archer',
    nickname: 'ann',
    picture: 'https://example.com/ann.png',
    colour: 'red',
  })
  expect(JSON.parse(`${admin_metadata}`)).toMatchObject({ plan: 'pro' })
})

describe('a file of passwords', () => {
  function fileOf(lines: readonly object[]): string {
    const path = join(emptyFolder(), 'passwords.ndjson')
    writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    return path
  }

  it('gives nobody one where it has two, which differ', async () => {
    const [one, other] = ['$2b$04$7BxnUHE3svPZixZF8RkCYu', '$2b$04$abcdefghijklmnopqrstuu']
    const line = { _id: { $oid: '60406bdf0000000000000001' }, email: 'ann@example.com' }
    const path = fileOf([
      { ...line, passwordHash: one },
      { ...line, passwordHash: other },
    ])
    const { stderr, kept } = await moved(sqlite, [users, ...from, '--passwords', path])
    expect(stderr).toContain(':1: The file of passwords has two for this user')
    expect(await kept('ann')).toBeUndefined()
  })

  it.each([
    ['{"email":', 'It is no JSON object'],
    ['{"email":"bob@example.com","passwordHash":{}}', 'passwordHash should be a text'],
  ])('is read whole, or nobody comes: %s', async (broken, why) => {
    const path = join(emptyFolder(), 'passwords.ndjson')
    writeFileSync(path, `{"email":"ann@example.com","passwordHash":"x"}\n${broken}`)
    const env = { LATCHKEY_DATABASE_URL: await newUrl('SQLite') }
    const args = ['user', 'import', users, ...from, '--passwords', path]
    const { status, stderr } = await run(args, { env })
    expect(status).toBe(1)
    expect(stderr).toContain(`${path}:2: ${why}`)
    expect((await run(['user', 'list'], { env })).stdout).toBe('No users.\n')
  })

  it('is none of a system that has no such file', async () => {
    const env = { LATCHKEY_DATABASE_URL: await newUrl('SQLite') }
    const args = ['user', 'import', exported('django.json'), '--from', 'django']
    const { status, stderr } = await run([...args, '--passwords', hashes], { env })
    expect(status).toBe(1)
    expect(stderr).toContain('Django has no file of passwords apart from its users')
  })

  it('makes another import of the same users', async () => {
    const env = { LATCHKEY_DATABASE_URL: await newUrl('SQLite') }
    const first = await run(['user', 'import', users, ...from, '--json'], { env })
    expect(JSON.parse(first.stdout)).toMatchObject({ imported: 5, formats: { none: 5 } })
    const args = ['user', 'import', users, ...from, '--passwords', hashes, '--json']
    const second = await run(args, { env })
    expect(JSON.parse(second.stdout)).toMatchObject({ imported: 0, present: 5, end: 'ended' })
  })
})

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { emptyFolder } from '../cli/run.js'
import { databases } from '../databases.js'
import { exported, moved, password, sqlite } from './moved.js'

vi.setConfig({ testTimeout: 120_000 })

const from = ['--from', 'firebase']
const config = ['--hash-config', exported('firebase-hash-config.txt')]

for (const database of databases) {
  describe(`users of Firebase's, on ${database.name}`, () => {
    it.each(['firebase.json', 'firebase.csv'])(
      'come from %s and keep their passwords',
      async (file) => {
        const args = [exported(file), ...from, ...config]
        const { outcome, stderr, server, kept } = await moved(database, args)
        expect(outcome).toMatchObject({
          imported: 3,
          left_out: 1,
          formats: { 'firebase-scrypt': 2, none: 1 },
          losses: { provider: 2 },
        })
        expect(stderr).toContain('username should be there, or email')
        const ann = await kept('ann@example.com')
        expect(ann).toMatchObject({
          email_verified: 1,
          disabled: 0,
          metadata: '{"name":"Archer, Ann","picture":"https://example.com/ann.png"}',
          admin_metadata: '{"plan":"pro","imported_from":"firebase","imported_id":"aAbBcC1"}',
          created_at: 1614834367890,
        })
        const fields = { username: 'ann@example.com', password }
        expect((await server.postForm('/token', { ...fields, password: 'x' })).statusCode).toBe(401)
        expect((await server.postForm('/token', fields)).statusCode).toBe(200)
        expect((await kept('ann@example.com'))?.hash).toMatch(/^\$argon2id\$/)
        const bob = { username: 'bob@example.com', password }
        expect((await server.postForm('/token', bob)).statusCode).toBe(401)
        expect(await kept('bob@example.com')).toMatchObject({ disabled: 1, email_verified: 0 })
      },
    )
  })
}

it.each([-1, 2])(
  'CSV may have columns more or less (%i), and its last row no end',
  async (more) => {
    const path = join(emptyFolder(), 'users.csv')
    const rows = readFileSync(exported('firebase.csv'), 'utf8').trimEnd().split('\n').slice(1, 3)
    const wide = rows.map((row) => (more < 0 ? row.slice(0, more) : `${row}x${','.repeat(more)}`))
    writeFileSync(path, [...wide, 'aAbBcC9,erin@exam'].join('\n'))
    const { outcome, kept } = await moved(sqlite, [path, ...from, ...config])
    expect(outcome).toMatchObject({ imported: 2, left_out: 1 })
    expect(await kept('bob@example.com')).toMatchObject({ disabled: 1 })
  },
)

it('nobody with a password comes without the parameters of its hash', async () => {
  const { outcome, stderr } = await moved(sqlite, [exported('firebase.json'), ...from])
  expect(outcome).toMatchObject({ imported: 1, left_out: 3, formats: { none: 1 } })
  expect(stderr).toContain("The hash needs the parameters of Firebase's project")
})

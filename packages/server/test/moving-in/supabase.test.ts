import { describe, expect, it, vi } from 'vitest'
import { databases } from '../databases.js'
import { exported, moved, password, sqlite } from './moved.js'

vi.setConfig({ testTimeout: 120_000 })

for (const database of databases) {
  describe(`users of Supabase's, on ${database.name}`, () => {
    it.each(['supabase.csv', 'supabase.ndjson'])(
      'come from %s and keep their passwords',
      async (file) => {
        const { outcome, stderr, server, kept } = await moved(database, [
          exported(file),
          '--from',
          'supabase',
        ])
        expect(outcome).toMatchObject({
          imported: 4,
          left_out: 1,
          passed_over: { anonymous: 1, deleted: 1 },
          formats: { bcrypt: 3, none: 1 },
          losses: { phone: 1, provider: 1, ban_end: 1 },
        })
        expect(stderr).toMatch(/:[56]: username should be there, or email/)
        expect(await kept('ann@example.com')).toMatchObject({
          email: 'ann@example.com',
          email_verified: 1,
          disabled: 0,
          created_at: Date.UTC(2021, 2, 4, 5, 6, 7, 890),
        })
        const fields = { username: 'ann@example.com', password }
        expect((await server.postForm('/token', { ...fields, password: 'x' })).statusCode).toBe(401)
        expect((await server.postForm('/token', fields)).statusCode).toBe(200)
        expect((await kept('ann@example.com'))?.hash).toMatch(/^\$argon2id\$/)
        const banned = { username: 'bob@example.com', password }
        expect((await server.postForm('/token', banned)).statusCode).toBe(401)
      },
    )
  })
}

it('what a user may change of themselves at Supabase they may change here, and no more', async () => {
  const { kept } = await moved(sqlite, [exported('supabase.csv'), '--from', 'supabase'])
  const ann = await kept('ann@example.com')
  expect(JSON.parse(`${ann?.metadata}`)).toEqual({
    full_name: 'Ann "A" Archer',
    email_verified: true,
  })
  expect(JSON.parse(`${ann?.admin_metadata}`)).toEqual({
    provider: 'email',
    providers: ['email'],
    plan: 'pro',
    imported_from: 'supabase',
    imported_id: 'c2d4e6f8-0000-4000-8000-000000000001',
  })
})

it('a ban that is over is none, and an address that nobody has confirmed is unproved', async () => {
  const { kept } = await moved(sqlite, [exported('supabase.csv'), '--from', 'supabase'])
  expect(await kept('carol@example.com')).toMatchObject({ disabled: 0, email_verified: 0 })
  expect(await kept('dora@example.com')).toMatchObject({ hash: null, email_verified: 1 })
})

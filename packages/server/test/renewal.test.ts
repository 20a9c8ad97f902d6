import { CompiledQuery } from 'kysely'
import { expect, it } from 'vitest'
import { Store } from '../src/store/open.js'
import { tables } from '../src/store/schema.js'
import { databases, newUrl, onDatabase } from './databases.js'
import { renew, renewalOf } from './renewal.js'
import { entry, session, user } from './store/rows.js'

it.each(databases)(
  'what a test leaves in $name is gone for the next, and nothing else',
  async ({ name }) => {
    await onDatabase(await newUrl(name), async (database) => {
      const contents = () =>
        Promise.all(
          tables.map((table) => database.read(CompiledQuery.raw(`select * from ${table}`))),
        )
      const store = new Store(database)
      await store.migrate()
      const [renewal, before] = [await renewalOf(database), await contents()]
      const alice = user()
      expect(await store.users.create(alice, null, entry())).toBe('created')
      expect(await store.sessions.open(session(alice.id), '', entry())).toBe(true)
      expect(await contents()).not.toEqual(before)
      expect(await renew(database, renewal)).toBe(true)
      expect(await contents()).toEqual(before)

      await database.alter([
        { query: CompiledQuery.raw('alter table users add column extra text') },
      ])
      expect(await renew(database, renewal)).toBe(false)
    })
  },
)

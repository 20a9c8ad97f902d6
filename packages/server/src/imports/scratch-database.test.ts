import { expect, it } from 'vitest'
import { ScratchDatabase } from './scratch-database.js'

it('a scratch database that has no room left says that it is not the one of the users', () => {
  const database = new ScratchDatabase('create table texts (text); pragma max_page_count = 8')
  const insert = database.prepare('insert into texts values (?)')
  expect(() => {
    for (let count = 0; count < 100; count++) insert.run('x'.repeat(4_000))
  }).toThrow(
    "A temporary file can't be used: database or disk is full. Free some of its folder, or name another by SQLITE_TMPDIR, and go on.",
  )
  database.close()
})

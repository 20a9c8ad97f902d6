/** What users are found by: see `user-parts.ts`. */

import type { Migration } from '../migrations.js'

export const userParts: Migration = {
  name: '0014-user-parts',
  statements: (schema, build) => [
    // Bytes, because they compare alike in every database: texts go by its collation, and not every engine has "C".
    // One tree: an index by user, or the check of a reference, would make each of a user's rows cost twice as much.
    schema
      .createTable('user_parts')
      .addColumn('part', 'bytea', (column) => column.notNull())
      .addColumn('user_id', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('user_parts_key', ['part', 'user_id'])
      .compile(),

    schema
      .createTable('backfills')
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('done_at', 'bigint')
      .addColumn('additions', 'bigint', (column) => column.notNull())
      .addColumn('removals', 'bigint', (column) => column.notNull())
      .compile(),

    build
      .insertInto('backfills')
      .values({ name: 'user_parts', done_at: null, additions: 0, removals: 0 })
      .onConflict((conflict) => conflict.doNothing())
      .compile(),
  ],
}

/** What users are found by: see `user-parts.ts`. */

import type { Migration } from '../migrations.js'

export const userParts: Migration = {
  name: '0014-user-parts',
  statements: (schema) => [
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
      .addColumn('done_at', 'bigint', (column) => column.notNull())
      .compile(),
  ],
}

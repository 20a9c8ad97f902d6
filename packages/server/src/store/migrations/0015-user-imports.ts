/** Where imports of users are, so that one that was stopped goes on. */

import type { Migration } from '../migrations.js'

export const userImports: Migration = {
  name: '0015-user-imports',
  statements: (schema) => [
    schema
      .createTable('user_imports')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('file', 'text', (column) => column.notNull())
      .addColumn('position', 'bigint', (column) => column.notNull())
      .addColumn('report', 'text', (column) => column.notNull())
      .addColumn('begun_at', 'bigint', (column) => column.notNull())
      .addColumn('ended_at', 'bigint')
      .compile(),
  ],
}

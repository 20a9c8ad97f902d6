/** How often secrets were tried of late: see `attempts.ts`. */

import type { Migration } from '../migrations.js'

export const attempts: Migration = {
  name: '0017-attempts',
  statements: (schema) => [
    schema
      .createTable('attempts')
      .addColumn('key', 'text', (column) => column.primaryKey().notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('forget', 'bigint', (column) => column.notNull())
      .addColumn('wait', 'bigint', (column) => column.notNull())
      .addColumn('forgotten_at', 'bigint', (column) => column.notNull())
      .compile(),
  ],
}

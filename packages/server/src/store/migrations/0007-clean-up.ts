/** Where the clean-ups stand: see `clean-up.ts`. */

import type { Migration } from '../migrations.js'

export const cleanUp: Migration = {
  name: '0007-clean-up',
  statements: (schema) => [
    schema
      .createTable('sweeps')
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('position', 'text', (column) => column.notNull())
      .addColumn('removed', 'integer', (column) => column.notNull())
      .addColumn('due_at', 'bigint', (column) => column.notNull())
      .compile(),
  ],
}

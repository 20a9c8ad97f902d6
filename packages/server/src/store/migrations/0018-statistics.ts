/** What servers have counted, in steps of time: see `statistics.ts`. */

import type { Migration } from '../migrations.js'

export const statistics: Migration = {
  name: '0018-statistics',
  statements: (schema) => [
    schema
      .createTable('statistics')
      .addColumn('step', 'bigint', (column) => column.notNull())
      .addColumn('start', 'bigint', (column) => column.notNull())
      .addColumn('figure', 'text', (column) => column.notNull())
      .addColumn('value', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('statistics_key', ['step', 'start', 'figure'])
      .compile(),

    schema
      .createTable('statistics_writers')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('batch', 'bigint', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .compile(),
  ],
}

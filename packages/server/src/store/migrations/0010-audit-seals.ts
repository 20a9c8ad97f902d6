/** Seals that chain the audit log, and lists of the entries of one kind. */

import type { Migration } from '../migrations.js'

export const auditSeals: Migration = {
  name: '0010-audit-seals',
  indexes: [{ name: 'audit_event', table: 'audit', columns: ['event', 'at', 'id'] }],
  statements: (schema) => [
    schema.alterTable('audit').addColumn('seal', 'bigint').compile(),

    schema
      .createTable('audit_seals')
      .addColumn('number', 'bigint', (column) => column.primaryKey().notNull())
      .addColumn('entries', 'integer', (column) => column.notNull())
      .addColumn('digests', 'text', (column) => column.notNull())
      .addColumn('latest_at', 'bigint', (column) => column.notNull())
      .addColumn('previous_mac', 'text', (column) => column.notNull())
      .addColumn('previous_latest_at', 'bigint')
      .addColumn('kept_for', 'bigint')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('mac', 'text', (column) => column.notNull())
      .compile(),
    // Where an export from a time on begins.
    schema
      .createIndex('audit_seals_latest_at')
      .on('audit_seals')
      .columns(['latest_at', 'number'])
      .compile(),

    schema
      .createTable('audit_keys')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('generation', 'integer', (column) => column.notNull().unique())
      .addColumn('wrapped_key', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .compile(),
  ],
}

/** By itself, because the column must be there before. */
export const auditSealsInOrder: Migration = {
  name: '0010-audit-seals-in-order',
  indexes: [{ name: 'audit_seal', table: 'audit', columns: ['seal', 'at', 'id'] }],
  statements: () => [],
}

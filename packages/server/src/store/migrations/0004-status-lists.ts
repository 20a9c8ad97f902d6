/** Token Status Lists: where each session's tokens stand in them, and what is not 0 there. */

import type { Migration } from '../migrations.js'

export const statusLists: Migration = {
  name: '0004-status-lists',
  breaks: 'sessions that it ends would not be revoked in the status lists',
  statements: (schema) => [
    schema
      .createTable('status_lists')
      .addColumn('number', 'integer', (column) => column.primaryKey().notNull())
      .addColumn('claimed', 'integer', (column) => column.notNull())
      .addColumn('full_at', 'bigint')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .compile(),

    // No reference to the lists: a list is gone at once, its million statuses little by little.
    schema
      .createTable('statuses')
      .addColumn('list', 'integer', (column) => column.notNull())
      .addColumn('idx', 'integer', (column) => column.notNull())
      .addColumn('value', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('statuses_place', ['list', 'idx'])
      .compile(),

    // None of them is in an index: a rotation writes what the row has there.
    schema.alterTable('sessions').addColumn('status_list', 'integer').compile(),
    schema.alterTable('sessions').addColumn('status_index', 'integer').compile(),
    schema
      .alterTable('sessions')
      .addColumn('claims_changed', 'integer', (column) => column.notNull().defaultTo(0))
      .compile(),
    schema.alterTable('changes').addColumn('status_list', 'integer').compile(),
    schema.alterTable('changes').addColumn('status_index', 'integer').compile(),

    schema
      .createTable('scope_changes')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('client_id', 'text', (column) => column.notNull())
      .addColumn('scopes', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('spread', 'bigint', (column) => column.notNull())
      .addColumn('slice', 'integer', (column) => column.notNull())
      .addColumn('held_until', 'bigint', (column) => column.notNull())
      .compile(),
  ],
}

/** Refresh tokens, registered clients, and the feed by which processes learn what changed. */

import { sql } from 'kysely'
import type { Migration } from '../migrations.js'

export const sessionsThatLast: Migration = {
  name: '0002-sessions-that-last',
  breaks: 'it would take names without saying so, and end sessions without telling of it',
  statements: (schema, build) => [
    schema
      .alterTable('sessions')
      .addColumn('epoch', 'bigint', (column) => column.notNull().defaultTo(0))
      .compile(),
    schema.alterTable('sessions').addColumn('rotated_at', 'bigint').compile(),
    schema.alterTable('sessions').addColumn('password_at', 'bigint').compile(),
    schema.alterTable('sessions').addColumn('address', 'text').compile(),
    schema.alterTable('sessions').addColumn('user_agent', 'text').compile(),

    schema
      .createTable('refresh_keys')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('generation', 'integer', (column) => column.notNull().unique())
      .addColumn('wrapped_key', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .compile(),

    schema
      .createTable('clients')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('confidential', 'integer', (column) => column.notNull())
      .addColumn('grants', 'text', (column) => column.notNull())
      .addColumn('scopes', 'text', (column) => column.notNull())
      .addColumn('access_token_ttl', 'integer')
      .addColumn('refresh_idle_ttl', 'integer')
      .addColumn('session_ttl', 'integer')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .compile(),
    schema.createIndex('clients_created_at').on('clients').columns(['created_at', 'id']).compile(),

    schema
      .createTable('client_secrets')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('client_id', 'text', (column) =>
        column.notNull().references('clients.id').onDelete('cascade'),
      )
      .addColumn('digest', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint')
      .compile(),
    schema
      .createIndex('client_secrets_client_id')
      .on('client_secrets')
      .column('client_id')
      .compile(),

    // Users and clients share one space of names, and no name is ever given twice.
    schema
      .createTable('names')
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .compile(),
    build
      .insertInto('names')
      .columns(['name'])
      .expression(build.selectFrom('users').select('username_key as name').where(everyRow))
      .onConflict((conflict) => conflict.doNothing())
      .compile(),

    schema
      .createTable('changes')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .compile(),
    schema.createIndex('changes_at').on('changes').columns(['at', 'id']).compile(),
  ],
}

/** SQLite takes ON CONFLICT after a SELECT for the end of a join, unless there is a WHERE between them. */
const everyRow = sql<boolean>`1 = 1`

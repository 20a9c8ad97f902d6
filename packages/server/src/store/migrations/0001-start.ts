/** Users, their passwords, sessions, signing keys and the audit log. */

import { sql } from 'kysely'
import type { Migration } from '../migrations.js'

export const start: Migration = {
  name: '0001-start',
  statements: (schema) => [
    schema
      .createTable('users')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('username', 'text', (column) => column.notNull())
      .addColumn('username_key', 'text', (column) => column.notNull())
      .addColumn('email', 'text')
      .addColumn('email_key', 'text')
      .addColumn('email_verified', 'integer', (column) => column.notNull())
      .addColumn('disabled', 'integer', (column) => column.notNull())
      .addColumn('scopes', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .compile(),
    schema.createIndex('users_username_key').unique().on('users').column('username_key').compile(),
    // Anyone may claim an address; only one can have proved it.
    schema
      .createIndex('users_email_key')
      .unique()
      .on('users')
      .column('email_key')
      .where(sql.ref('email_verified'), '=', 1)
      .compile(),
    schema.createIndex('users_created_at').on('users').columns(['created_at', 'id']).compile(),

    schema
      .createTable('passwords')
      .addColumn('user_id', 'text', (column) =>
        column.primaryKey().notNull().references('users.id').onDelete('cascade'),
      )
      .addColumn('hash', 'text', (column) => column.notNull())
      .addColumn('changed_at', 'bigint', (column) => column.notNull())
      .compile(),

    schema
      .createTable('sessions')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('user_id', 'text', (column) =>
        column.notNull().references('users.id').onDelete('cascade'),
      )
      .addColumn('client_id', 'text', (column) => column.notNull())
      .addColumn('scope', 'text')
      .addColumn('counter', 'bigint', (column) => column.notNull())
      .addColumn('amr', 'text', (column) => column.notNull())
      .addColumn('authenticated_at', 'bigint', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('last_used_at', 'bigint', (column) => column.notNull())
      .addColumn('ended_at', 'bigint')
      .addColumn('ended_why', 'text')
      .compile(),
    // What a rotation writes must be in no index.
    schema.createIndex('sessions_user_id').on('sessions').column('user_id').compile(),

    schema
      .createTable('signing_keys')
      .addColumn('kid', 'text', (column) => column.primaryKey().notNull())
      .addColumn('algorithm', 'text', (column) => column.notNull())
      .addColumn('generation', 'integer', (column) => column.notNull())
      .addColumn('public_jwk', 'text', (column) => column.notNull())
      .addColumn('wrapped_private_key', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('signing_keys_generation', ['algorithm', 'generation'])
      .compile(),

    // No reference to users: the log outlives them.
    schema
      .createTable('audit')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('event', 'text', (column) => column.notNull())
      .addColumn('user_id', 'text')
      .addColumn('session_id', 'text')
      .addColumn('client_id', 'text')
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('address', 'text')
      .addColumn('request_id', 'text')
      .addColumn('detail', 'text')
      .compile(),
    schema.createIndex('audit_at').on('audit').columns(['at', 'id']).compile(),
  ],
}

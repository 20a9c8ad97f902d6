/** What accounts need: links that work once, an outbox, and metadata. */

import type { Migration } from '../migrations.js'

export const accounts: Migration = {
  name: '0009-accounts',
  // Anyone may claim an address; those who have proved one have an index already.
  indexes: [
    {
      name: 'users_claimed_email_key',
      table: 'users',
      columns: ['email_key'],
      where: 'email_verified = 0',
    },
  ],
  statements: (schema) => [
    schema.alterTable('users').addColumn('metadata', 'text').compile(),
    schema.alterTable('users').addColumn('admin_metadata', 'text').compile(),

    schema
      .createTable('links')
      .addColumn('digest', 'text', (column) => column.primaryKey().notNull())
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('purpose', 'text', (column) => column.notNull())
      .addColumn('user_id', 'text', (column) => column.references('users.id').onDelete('cascade'))
      .addColumn('email', 'text')
      .addColumn('email_key', 'text')
      .addColumn('detail', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('used_at', 'bigint')
      .compile(),

    schema.createIndex('links_user').on('links').columns(['user_id', 'purpose']).compile(),
    schema.createIndex('links_expires_at').on('links').column('expires_at').compile(),
    schema
      .createIndex('links_email')
      .on('links')
      .columns(['email_key', 'purpose', 'created_at'])
      .compile(),

    schema
      .createIndex('links_purpose')
      .on('links')
      .columns(['purpose', 'created_at', 'id'])
      .compile(),

    // No reference to users: the last mail to a user goes out after they have gone.
    schema
      .createTable('mails')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('user_id', 'text')
      .addColumn('address', 'text', (column) => column.notNull())
      .addColumn('wrapped_values', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('due_at', 'bigint', (column) => column.notNull())
      .addColumn('sent_at', 'bigint')
      .addColumn('fault', 'text')
      .compile(),

    // What is due, what may go, and the list of those in one state; of all; of one user.
    schema.createIndex('mails_due_at').on('mails').columns(['state', 'due_at', 'id']).compile(),
    schema.createIndex('mails_created_at').on('mails').columns(['created_at', 'id']).compile(),
    schema.createIndex('mails_user').on('mails').columns(['user_id', 'created_at', 'id']).compile(),
  ],
}

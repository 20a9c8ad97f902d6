/** Signing keys that are published before they sign, and that can be retired. */

import { sql } from 'kysely'
import type { Migration } from '../migrations.js'

export const keysThatChange: Migration = {
  name: '0003-keys-that-change',
  statements: (schema, build) => [
    schema
      .alterTable('signing_keys')
      .addColumn('signs_from', 'bigint', (column) => column.notNull().defaultTo(0))
      .compile(),
    schema.alterTable('signing_keys').addColumn('retired_at', 'bigint').compile(),
    build
      .updateTable('signing_keys')
      .set({ signs_from: sql.ref('created_at') })
      .compile(),
  ],
}

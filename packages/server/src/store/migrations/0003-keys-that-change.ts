/** Signing keys that are published before they sign, and that can be retired. */

import { sql } from 'kysely'
import type { Migration } from '../migrations.js'
import type { Instant } from '../schema.js'

export const keysThatChange: Migration = {
  name: '0003-keys-that-change',
  breaks: 'its keys would sign at once, and it would use those that are retired',
  statements: (schema, build) => [
    schema
      .alterTable('signing_keys')
      .addColumn('signs_from', 'bigint', (column) => column.notNull().defaultTo(0))
      .compile(),
    schema.alterTable('signing_keys').addColumn('retired_at', 'bigint').compile(),
    build
      .updateTable('signing_keys')
      .set({ signs_from: sql.ref('created_at') })
      .where('signs_from', '=', 0 as Instant)
      .compile(),
  ],
}

/** The list of all sessions, newest first, without a look at each of them. */

import type { Migration } from '../migrations.js'

export const sessionsByAge: Migration = {
  name: '0008-sessions-by-age',
  // A rotation writes neither column.
  indexes: [{ name: 'sessions_created_at', table: 'sessions', columns: ['created_at', 'id'] }],
  statements: () => [],
}

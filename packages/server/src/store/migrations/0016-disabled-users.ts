/** Those who may not sign in are few among many, and are looked for by admins. */

import type { Migration } from '../migrations.js'

export const disabledUsers: Migration = {
  name: '0016-disabled-users',
  indexes: [
    {
      name: 'users_disabled',
      table: 'users',
      columns: ['created_at', 'id'],
      where: 'disabled = 1',
    },
  ],
  statements: () => [],
}

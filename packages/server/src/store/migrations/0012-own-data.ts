/** All that is kept about one user is found by an index. */

import type { Migration } from '../migrations.js'

export const ownData: Migration = {
  name: '0012-own-data',
  indexes: [{ name: 'audit_user', table: 'audit', columns: ['user_id', 'at', 'id'] }],
  statements: () => [],
}

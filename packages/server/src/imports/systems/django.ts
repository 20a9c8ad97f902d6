import { isObject } from '../../core/metadata.js'
import { fromStored } from '../../core/passwords/translate/translation.js'
import { flag, hashOf, list, stated, text, time } from '../fields.js'
import { lossesOf } from '../losses.js'
import type { Raw } from '../raw.js'
import { quoted } from '../sqlite-rows.js'
import type { System } from './system.js'

/** `dumpdata` in JSON or JSON lines, and the table of users in SQLite or CSV; `auth.user` or a model of the app's own. */
export const django: System = {
  title: 'Django',
  needs: [['username', 'email'], ['password']],
  select(table = 'auth_user', columnsOf) {
    const [order = 'rowid'] = columnsOf(table)
    return { table, sql: `select * from ${quoted(table)} order by ${quoted(order)}` }
  },
  unwrap(raw) {
    const { model, pk, fields } = raw
    return isObject(fields) ? { id: pk, model, ...fields } : raw
  },
  read(raw) {
    if ('model' in raw && !isUser(raw)) return { passedOver: 'other_record' }
    const isActive = flag(raw, 'is_active')
    const username = text(raw, 'username')
    return {
      user: {
        username,
        // Many apps take the address as username, and leave the other field empty.
        email: text(raw, 'email') ?? (username?.includes('@') ? username : undefined),
        disabled: isActive === undefined ? undefined : !isActive,
        passwordHash: hashOf(fromStored(raw.password)),
        createdAt: time(raw, 'date_joined'),
        metadata: stated({ first_name: raw.first_name, last_name: raw.last_name }),
        origin: { imported_from: 'django', imported_id: text(raw, 'id') },
      },
      losses: lossesOf({ rights: hasRights(raw) }),
    }
  },
}

/** A dump holds whatever models were asked for. These two fields are of all that sign in, whatever else they are. */
function isUser(raw: Raw): boolean {
  return 'password' in raw && 'last_login' in raw
}

/** Scopes are given by whoever knows what they allow here, never by what a system elsewhere calls an admin. */
function hasRights(raw: Raw): boolean {
  const given = [...list(raw, 'groups'), ...list(raw, 'user_permissions')]
  return given.length > 0 || flag(raw, 'is_superuser') === true || flag(raw, 'is_staff') === true
}

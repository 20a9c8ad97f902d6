import { fromStored } from '../../core/passwords/translate/translation.js'
import { flag, list, moment, stated, text } from '../fields.js'
import type { Raw } from '../raw.js'
import { quoted } from '../sqlite-rows.js'
import type { System } from './system.js'

/**
 * Apps that began with the tutorial: a table as SQLAlchemy or SQLModel makes it, in a file of SQLite or in CSV.
 * Everybody names the columns a little differently.
 */
export const fastapi: System = {
  title: 'a FastAPI app',
  needs: [
    ['username', 'email'],
    ['hashed_password', 'password_hash', 'password'],
  ],
  select(table = 'users', columnsOf) {
    const [order = 'rowid'] = columnsOf(table)
    return { table, sql: `select * from ${quoted(table)} order by ${quoted(order)}` }
  },
  read(raw) {
    const isActive = flag(raw, 'is_active')
    return {
      user: {
        username: text(raw, 'username'),
        email: text(raw, 'email'),
        emailVerified: flag(raw, 'email_verified') ?? flag(raw, 'is_verified'),
        disabled: flag(raw, 'disabled') ?? (isActive === undefined ? undefined : !isActive),
        scopes: scopesIn(raw),
        passwordHash: hashIn(raw),
        createdAt: moment(raw, 'created_at'),
        metadata: stated({ full_name: raw.full_name }),
        origin: { imported_from: 'fastapi', imported_id: text(raw, 'id') },
      },
    }
  },
}

/** Words, or a list in JSON, as SQLAlchemy keeps one. */
function scopesIn(raw: Raw): string[] | undefined {
  const scopes = text(raw, 'scopes')
  if (scopes?.startsWith('[')) return list(raw, 'scopes').map(String)
  return scopes?.split(/[ ,]+/).filter(Boolean)
}

function hashIn(raw: Raw): string | undefined {
  const stored = text(raw, 'hashed_password') ?? text(raw, 'password_hash') ?? text(raw, 'password')
  return 'none' in fromStored(stored) ? undefined : stored
}

import { fromStored } from '../../core/passwords/translate/translation.js'
import { Refusal } from '../../errors.js'
import { flag, hashOf, moment, stated, text } from '../fields.js'
import { lossesOf } from '../losses.js'
import type { Raw } from '../raw.js'
import { quoted, type Selection } from '../sqlite-rows.js'
import type { HashesByKey, System } from './system.js'

/**
 * The tables `user` and `account`: of a database of SQLite, or the first in CSV or JSON with the other as the file
 * of passwords. Columns are called `emailVerified` or `email_verified`, as the app's adapter likes it.
 */
export const betterAuth: System = {
  title: 'Better Auth',
  needs: [['email']],
  passwords: {
    needs: [['userId', 'user_id'], ['providerId', 'provider_id'], ['password']],
    entries(raw) {
      const account = inCamelCase(raw)
      const user = text(account, 'userId')
      return text(account, 'providerId') === 'credential'
        ? [[`password ${user}`, text(account, 'password') ?? '']]
        : [[`provider ${user}`, '']]
    },
  },
  select: (table = 'user', columnsOf) =>
    joined(table, columnsOf(table), columnsOf(accountsBeside(table)), accountsBeside(table)),
  read(raw, { now, passwords }) {
    const row = inCamelCase(raw)
    if (flag(row, 'isAnonymous')) return { passedOver: 'anonymous' }
    const { hash, hasProvider } = accountsOf(row, passwords)
    const phone = text(row, 'phoneNumber')
    const banEnd = moment(row, 'banExpires')
    const isBanned = flag(row, 'banned') === true && (banEnd === undefined || banEnd > now)
    return {
      user: {
        username: usernameOf(row),
        email: text(row, 'email'),
        emailVerified: flag(row, 'emailVerified'),
        disabled: isBanned,
        passwordHash: hashOf(fromStored(hash)),
        createdAt: moment(row, 'createdAt'),
        metadata: stated({ name: row.name, picture: row.image }),
        adminMetadata: stated({ phone }),
        origin: { imported_from: 'better-auth', imported_id: text(row, 'id') },
      },
      losses: lossesOf({
        second_factor: flag(row, 'twoFactorEnabled') === true,
        provider: hasProvider,
        phone: phone !== undefined,
        rights: (text(row, 'role') ?? 'user') !== 'user',
        ban_end: isBanned && banEnd !== undefined,
      }),
    }
  },
}

/** As it is displayed, where that is the same name. Otherwise anybody may have chosen it, and several may have the same. */
function usernameOf(row: Raw): string | undefined {
  const [username, displayed] = [text(row, 'username'), text(row, 'displayUsername')]
  return displayed?.toLowerCase() === username?.toLowerCase() ? displayed : username
}

/** Tables are called in the plural by some adapters. */
function accountsBeside(users: string): string {
  return users.endsWith('s') ? 'accounts' : 'account'
}

function joined(
  table: string,
  users: readonly string[],
  accounts: readonly string[],
  accountTable: string,
): Selection {
  const columnOf = (columns: readonly string[], name: string) =>
    quoted(columns.find((column) => camelCase(column) === name) ?? name)
  const [user, provider] = [columnOf(accounts, 'userId'), columnOf(accounts, 'providerId')]
  const id = columnOf(users, 'id')
  return {
    table,
    sql: `select u.*, a.password as password, a.provided as provided from ${quoted(table)} u left join (
      select ${user} as owner, max(${provider} <> 'credential') as provided,
        max(case when ${provider} = 'credential' then password end) as password
      from ${quoted(accountTable)} group by ${user}
    ) a on a.owner = u.${id} order by u.${id}`,
  }
}

/** @throws Refusal `field_unusable` where nothing says what the password is, which is not to have none */
function accountsOf(row: Raw, passwords: HashesByKey | undefined) {
  const id = text(row, 'id')
  if (passwords !== undefined) {
    const hasProvider = passwords.find(`provider ${id}`) !== undefined
    return { hash: passwords.find(`password ${id}`), hasProvider }
  }
  if ('password' in row) return { hash: row.password, hasProvider: flag(row, 'provided') === true }
  const message = 'The password is in the table of accounts: give it by --passwords FILE'
  throw new Refusal('field_unusable', { message, fields: ['password_hash'] })
}

function inCamelCase(raw: Raw): Raw {
  return Object.fromEntries(Object.entries(raw).map(([name, value]) => [camelCase(name), value]))
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

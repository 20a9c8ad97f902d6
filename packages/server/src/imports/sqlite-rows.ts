import { DatabaseSync } from '@photostructure/sqlite'
import type { Raw, RawRecords } from './raw.js'

export interface Selection {
  /** In the order in which the rows are read, which must be the same each time. */
  readonly sql: string
  /** Where there is one row for each that is read. */
  readonly table: string
}

/** Whether a file begins as databases of SQLite do. */
export function isSqlite(beginning: Buffer): boolean {
  return beginning.toString('latin1').startsWith('SQLite format 3\0')
}

/** The columns of a table or view. @throws Error where there is no such table, with those that there are */
export function columnsOf(path: string, table: string): string[] {
  const { columns, tables } = schemaOf(path, table)
  if (columns.length > 0) return columns
  const names = tables.map((name) => `"${name}"`).join(', ')
  throw new Error(`The database has no table "${table}"; it has ${names || 'none'}`)
}

/** What a query finds in a file of SQLite, each with its number from 1 on. */
export function sqliteRows(path: string, { sql, table }: Selection): RawRecords {
  let [read, total] = [0, 0]
  return {
    progress: () => (total === 0 ? 1 : Math.min(1, read / total)),
    async *[Symbol.asyncIterator]() {
      const database = new DatabaseSync(path, { readOnly: true })
      // A statement that nobody holds any more ends under its iterator's hands, and the program with it.
      const held = new Set<unknown>()
      try {
        const [row] = database.prepare(`select count(*) as total from ${quoted(table)}`).all()
        total = Number(row?.total)
        const rows = database.prepare(sql)
        rows.setReadBigInts(true)
        held.add(rows)
        for (const row of rows.iterate()) yield { at: ++read, raw: plain(row) }
      } catch (error) {
        throw damaged(error, ` behind row ${read}`)
      } finally {
        held.clear()
        database.close()
      }
    },
  }
}

/** Whole numbers as JSON has them; those that it has not, as texts. */
function plain(row: Raw): Raw {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value)]))
}

function plainValue(value: unknown): unknown {
  if (value instanceof Uint8Array) return textOfBytes(value)
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

/** Some apps keep a hash as its bytes, and ids as 16 of them. */
function textOfBytes(bytes: Uint8Array): string {
  const isText = bytes.every((byte) => byte >= 0x20 && byte < 0x7f)
  return Buffer.from(bytes).toString(isText ? 'latin1' : 'hex')
}

/** A name in SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function schemaOf(path: string, table: string): { columns: string[]; tables: string[] } {
  const database = new DatabaseSync(path, { readOnly: true })
  const namesIn = (sql: string, ...values: string[]) =>
    database
      .prepare(sql)
      .all(...values)
      .map(({ name }) => String(name))
  try {
    return {
      columns: namesIn('select name from pragma_table_info(?)', table),
      tables: namesIn(
        "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'",
      ),
    }
  } catch (error) {
    throw damaged(error)
  } finally {
    database.close()
  }
}

/** The engine's own words don't say of which database. */
function damaged(cause: unknown, where = ''): Error {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new Error(`The file can't be read${where}: ${message}`, { cause })
}

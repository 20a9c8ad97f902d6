import { csvRows } from './csv.js'
import type { Examined } from './examine.js'
import { byteOrderMarkIn, refuseForeign } from './foreign.js'
import { jsonLines, objectIn } from './json-lines.js'
import { jsonList } from './json-list.js'
import { chunksOf } from './lines.js'
import type { RawRecords } from './raw.js'
import { columnsOf, isSqlite, type Selection, sqliteRows } from './sqlite-rows.js'

/** What a file of somebody's looks like, if it is JSON lines, a JSON document, CSV or a database of SQLite. */
export interface FileForm {
  /** Whose file it is, for whom it is not what it should be. */
  readonly title: string
  /** In a JSON document, the member that is the list; undefined where the document is the list. */
  readonly list?: string
  /** Of files in CSV that don't name their columns. */
  readonly columns?: readonly string[]
  /** All that a record may have; undefined where what is not known is passed over. */
  readonly members?: readonly string[]
  /** Columns that a table must have: of each group one. */
  readonly needs: readonly (readonly string[])[]
  /**
   * What to read of a database of SQLite; undefined where none is theirs.
   *
   * @param columnsOf throws where there is no such table
   */
  select?(table: string | undefined, columnsOf: (table: string) => readonly string[]): Selection
}

export interface RecordOptions {
  /** Of a database; what there usually is by default. */
  readonly table?: string | undefined
  /** Names of the file's own, by what they are called here. */
  readonly columns?: ReadonlyMap<string, string> | undefined
}

/**
 * The records of a file, each with its line.
 *
 * @throws Error for a file that is none of the form, also when its first record is asked for
 */
export function recordsIn(
  path: string,
  { beginning, size }: Examined,
  form: FileForm,
  { table, columns = new Map() }: RecordOptions = {},
): RawRecords {
  if (isSqlite(beginning)) {
    if (form.select === undefined)
      throw new Error(
        `This is a database of SQLite, which is not how ${form.title} gives this: say by --from whose it is`,
      )
    const selection = form.select(table, (name) => columnsOf(path, name))
    checkColumns(columnsOf(path, selection.table), form, columns)
    return sqliteRows(path, selection)
  }
  refuseForeign(beginning, size > beginning.length)
  const from = byteOrderMarkIn(beginning)
  const chunks = chunksOf(path, { from, size })
  const text = beginning.subarray(from).toString('utf8').trimStart()
  if (text.startsWith('[')) return jsonList(chunks, undefined)
  if (text.startsWith('{') && form.list !== undefined && !isRecord(text, form.list))
    return jsonList(chunks, form.list)
  if (text.startsWith('{') || text === '') return jsonLines(chunks)
  return csvRows(chunks, {
    columns: form.columns,
    check: (names) => checkColumns(names, form, columns),
  })
}

/** Whether the first line is a whole object that has no list: one record a line, whatever the form has else. */
function isRecord(text: string, list: string): boolean {
  const [line = ''] = text.split('\n', 1)
  const record = objectIn(1, Buffer.from(line))
  return 'raw' in record && !Array.isArray(record.raw[list])
}

function checkColumns(
  names: readonly string[],
  { needs, members }: FileForm,
  renames: ReadonlyMap<string, string>,
): void {
  for (const [name, column] of renames) {
    if (!names.includes(column))
      throw new Error(
        `There is no column "${column}" to be the ${name}; there are ${names.join(', ')}`,
      )
  }
  const there = [...names, ...renames.keys()]
  const missing = needs.find((group) => !group.some((name) => there.includes(name)))
  if (missing !== undefined)
    throw new Error(
      `No column is the ${missing.join(' or the ')}; there are ${names.join(', ')}. Say which is by --column ${missing[0]}=NAME`,
    )
  const known = [...(members ?? names), 'left_out', ...renames.values()]
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new Error(`No user has a "${unknown}": the columns may be ${known.join(', ')}`)
}

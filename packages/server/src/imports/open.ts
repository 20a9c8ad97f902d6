import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { IncomingRecord, UserSource } from '../core/user-import/incoming.js'
import { Refusal } from '../errors.js'
import type { Instant } from '../store/schema.js'
import { type Choices, chosen } from './choices.js'
import { csvRows } from './csv.js'
import { jsonLines } from './json-lines.js'
import { jsonList } from './json-list.js'
import { chunksOf } from './lines.js'
import type { Raw, RawRecord, RawRecords } from './raw.js'
import { columnsOf, isSqlite, sqliteRows } from './sqlite-rows.js'
import type { System } from './systems/system.js'
import { type SystemName, systems } from './systems.js'

export interface FileOptions extends Choices {
  from: SystemName
  /** Of a database; what the system usually has by default. */
  table?: string | undefined
  /** Names of the file's own, by what they are called here. */
  columns: ReadonlyMap<string, string>
  now: Instant
}

/**
 * Opens a file of users: JSON lines, a JSON document, CSV or a database of SQLite, whichever it looks like.
 *
 * @throws Error for a file that can't be read whole: nothing of it is imported
 */
export async function openUserFile(path: string, options: FileOptions): Promise<UserSource> {
  const system: System = systems[options.from]
  const ends = await endsOf(path)
  const records = recordsIn(path, ends.first, system, options)
  const renames = [...options.columns]
  return {
    file: basename(path),
    identity: identityOf(ends, options),
    progress: records.progress,
    async *records() {
      for await (const record of records) yield incoming(record, renames, system, options)
    },
  }
}

function recordsIn(
  path: string,
  first: Buffer,
  system: System,
  { table, columns }: FileOptions,
): RawRecords {
  refuseForeign(first)
  if (isSqlite(first)) {
    if (system.select === undefined)
      throw new Error(
        `This is a database of SQLite, which is not how ${system.title} gives its users`,
      )
    const selection = system.select(table, (name) => columnsOf(path, name))
    checkColumns(columnsOf(path, selection.table), system, columns)
    return sqliteRows(path, selection)
  }
  const from = first.subarray(0, 3).equals(byteOrderMark) ? 3 : 0
  const chunks = chunksOf(path, from)
  const [start = ''] = first.subarray(from).toString('latin1').trimStart()
  if (start === '[' || (start === '{' && system.list !== undefined))
    return jsonList(chunks, start === '[' ? undefined : system.list)
  if (start === '{' || start === '') return jsonLines(chunks)
  return csvRows(chunks, {
    columns: system.columns,
    check: (names) => checkColumns(names, system, columns),
  })
}

function refuseForeign(first: Buffer): void {
  const foreign = foreigners.find(({ beginning }) =>
    first.subarray(0, beginning.length).equals(beginning),
  )
  if (foreign !== undefined) throw new Error(foreign.message)
}

const foreigners = [
  { beginning: Buffer.of(0xff, 0xfe), message: 'The file is in UTF-16: save it as UTF-8' },
  { beginning: Buffer.of(0xfe, 0xff), message: 'The file is in UTF-16: save it as UTF-8' },
  { beginning: Buffer.of(0x1f, 0x8b), message: 'The file is compressed: unpack it with gunzip' },
  {
    beginning: Buffer.from('PK\x03\x04'),
    message: 'The file is an archive or a spreadsheet: unpack it, or save it as CSV',
  },
]

const byteOrderMark = Buffer.of(0xef, 0xbb, 0xbf)

function checkColumns(
  names: readonly string[],
  { needs }: System,
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
  if (missing === undefined) return
  throw new Error(
    `No column is the ${missing.join(' or the ')}; there are ${names.join(', ')}. Say which is by --column ${missing[0]}=NAME`,
  )
}

type Renames = readonly (readonly [name: string, column: string])[]

function incoming(
  record: RawRecord,
  renames: Renames,
  system: System,
  options: FileOptions,
): IncomingRecord {
  if ('fault' in record) return record
  const { at } = record
  try {
    const raw = renamed(system.unwrap?.(record.raw) ?? record.raw, renames)
    const found = system.read(raw, options)
    if ('passedOver' in found) return { at, passedOver: found.passedOver }
    return { at, user: chosen(found.user, options), losses: found.losses ?? [] }
  } catch (error) {
    if (error instanceof Refusal) return { at, fault: error.message }
    throw error
  }
}

function renamed(raw: Raw, renames: Renames): Raw {
  if (renames.length === 0) return raw
  const own: Record<string, unknown> = { ...raw }
  for (const [, column] of renames) delete own[column]
  for (const [name, column] of renames) own[name] = raw[column]
  return own
}

interface Ends {
  first: Buffer
  last: Buffer
  size: number
}

async function endsOf(path: string): Promise<Ends> {
  const file = await open(path, 'r')
  try {
    const stat = await file.stat()
    if (!stat.isFile()) throw new Error(`${path} is not a file`)
    const { size } = stat
    const length = Math.min(size, endLength)
    return {
      first: await part(file, 0, length),
      last: await part(file, size - length, length),
      size,
    }
  } finally {
    await file.close()
  }
}

async function part(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}

/** By its size and its ends: to read ten gigabytes for it would take as long as to read them. */
function identityOf({ first, last, size }: Ends, options: FileOptions): string {
  const { from, table, columns, username, emailsVerified, metadata } = options
  const choices = { username, emailsVerified, metadata }
  const how = JSON.stringify({ size, from, table: table ?? null, columns: [...columns], choices })
  return createHash('sha256').update(how).update(first).update(last).digest('hex')
}

/** Bytes. */
const endLength = 1024 * 1024

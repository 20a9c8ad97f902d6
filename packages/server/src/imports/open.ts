import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import type { IncomingRecord, RecordSource, UserSource } from '../core/user-import/incoming.js'
import { Refusal } from '../errors.js'
import type { Instant } from '../store/schema.js'
import { type Choices, chosen } from './choices.js'
import { csvRows } from './csv.js'
import { type Examined, examine, type Onlooker } from './examine.js'
import { byteOrderMarkIn, refuseForeign } from './foreign.js'
import { jsonLines, objectIn } from './json-lines.js'
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
  /** Whether each record carries what it was in the file, for whoever writes down those that are left out. */
  keepsSource?: boolean
}

/**
 * Opens a file of users: JSON lines, a JSON document, CSV or a database of SQLite, whichever it looks like.
 *
 * @throws Error (by rejection) for a file that can't be read whole: nothing of it is imported
 */
export async function openUserFile(
  path: string,
  options: FileOptions,
  onlooker: Onlooker = {},
): Promise<UserSource> {
  const system: System = systems[options.from]
  const examined = await examine(path, onlooker)
  const records = recordsIn(path, examined, system, options)
  const renames = [...options.columns]
  return {
    file: basename(path),
    identity: await identityOf(path, examined, options),
    progress: records.progress,
    async *records() {
      for await (const record of records) {
        const found = incoming(record, renames, system, options)
        yield options.keepsSource ? { ...found, source: sourceOf(record) } : found
      }
    },
  }
}

function recordsIn(
  path: string,
  { beginning, size }: Examined,
  system: System,
  { table, columns }: FileOptions,
): RawRecords {
  if (isSqlite(beginning)) {
    if (system.select === undefined)
      throw new Error(
        `This is a database of SQLite, which is not how ${system.title} gives its users`,
      )
    const selection = system.select(table, (name) => columnsOf(path, name))
    checkColumns(columnsOf(path, selection.table), system, columns)
    return sqliteRows(path, selection)
  }
  refuseForeign(beginning, size > beginning.length)
  const from = byteOrderMarkIn(beginning)
  const chunks = chunksOf(path, { from, size })
  const text = beginning.subarray(from).toString('utf8').trimStart()
  if (text.startsWith('[')) return jsonList(chunks, undefined)
  if (text.startsWith('{') && system.list !== undefined && !isRecord(text, system.list))
    return jsonList(chunks, system.list)
  if (text.startsWith('{') || text === '') return jsonLines(chunks)
  return csvRows(chunks, {
    columns: system.columns,
    check: (names) => checkColumns(names, system, columns),
  })
}

/** Whether the first line is a whole object that has no list: one record a line, whatever the system has else. */
function isRecord(text: string, list: string): boolean {
  const [line = ''] = text.split('\n', 1)
  const record = objectIn(1, Buffer.from(line))
  return 'raw' in record && !Array.isArray(record.raw[list])
}

function checkColumns(
  names: readonly string[],
  { needs, members }: System,
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
  const known = [...(members ?? names), ...renames.values()]
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new Error(`No user has a "${unknown}": the columns may be ${known.join(', ')}`)
}

type Renames = readonly (readonly [name: string, column: string])[]

function incoming(
  record: RawRecord,
  renames: Renames,
  system: System,
  options: FileOptions,
): IncomingRecord {
  const { at } = record
  if ('fault' in record) return { at, fault: record.fault }
  try {
    const own = withoutReason(record.raw)
    const raw = renamed(system.unwrap?.(own) ?? own, renames)
    const found = system.read(raw, options)
    if ('passedOver' in found) return { at, passedOver: found.passedOver }
    return { at, user: chosen(found.user, options), losses: found.losses ?? [] }
  } catch (error) {
    if (error instanceof Refusal) return { at, fault: error.message }
    throw error
  }
}

function renamed(raw: Raw, renames: Renames): Raw {
  const present = renames.filter(([, column]) => column in raw)
  if (present.length === 0) return raw
  const own: Record<string, unknown> = { ...raw }
  for (const [, column] of present) delete own[column]
  for (const [name, column] of present) own[name] = raw[column]
  return own
}

/** Why a record was left out of an import before is no part of it. */
function withoutReason(raw: Raw): Raw {
  if (!('left_out' in raw)) return raw
  const { left_out: _, ...own } = raw
  return own
}

function sourceOf(record: RawRecord): RecordSource {
  return 'fault' in record ? { text: record.text } : { raw: record.raw }
}

/** The same file may be read in another way: then its records are others. */
async function identityOf(
  path: string,
  { digest, beginning }: Examined,
  { from, table, columns, username, emailsVerified, metadata }: FileOptions,
): Promise<string> {
  const choices = { username, emailsVerified, metadata }
  const how = { digest, from, table: table ?? null, columns: [...columns], choices }
  const log = isSqlite(beginning) ? await writeAheadLogOf(path) : undefined
  return createHash('sha256')
    .update(JSON.stringify({ ...how, log }))
    .digest('hex')
}

/** Of a database that is in use, what was written last is in a file beside it. */
async function writeAheadLogOf(path: string): Promise<string | undefined> {
  const log = `${path}-wal`
  return existsSync(log) ? (await examine(log)).digest : undefined
}

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import type { RecordSource, UserSource } from '../core/user-import/incoming.js'
import type { Choices } from './choices.js'
import { type Examined, examine, type Onlooker } from './examine.js'
import { incomingRecord } from './incoming-record.js'
import type { RawRecord } from './raw.js'
import { type RecordOptions, recordsIn } from './records.js'
import { isSqlite } from './sqlite-rows.js'
import type { Reading } from './systems/system.js'
import { type SystemName, systemOf } from './systems.js'

export interface FileOptions extends Choices, Reading, RecordOptions {
  from: SystemName
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
  const system = systemOf(options.from)
  const examined = await examine(path, onlooker)
  const records = recordsIn(path, examined, system, options)
  const renames = [...(options.columns ?? [])]
  return {
    file: basename(path),
    identity: await identityOf(path, examined, options),
    progress: records.progress,
    async *records() {
      for await (const record of records) {
        const found = incomingRecord(record, system, options, renames)
        yield options.keepsSource ? { ...found, source: sourceOf(record) } : found
      }
    },
  }
}

function sourceOf(record: RawRecord): RecordSource {
  return 'fault' in record ? { text: record.text } : { raw: record.raw }
}

/** The same file may be read in another way: then its records are others. */
async function identityOf(
  path: string,
  { digest, beginning }: Examined,
  options: FileOptions,
): Promise<string> {
  const { from, table, columns = [], username, emailsVerified, metadata } = options
  const choices = { username, emailsVerified, metadata }
  const beside = { passwords: options.passwords?.digest, firebase: options.firebase }
  const log = isSqlite(beginning) ? await writeAheadLogOf(path) : undefined
  const how = { digest, from, table: table ?? null, columns: [...columns], choices, beside, log }
  return createHash('sha256').update(JSON.stringify(how)).digest('hex')
}

/** Of a database that is in use, what was written last is in a file beside it. */
async function writeAheadLogOf(path: string): Promise<string | undefined> {
  const log = `${path}-wal`
  return existsSync(log) ? (await examine(log)).digest : undefined
}

import { Refusal } from '../errors.js'
import { examine, type Onlooker, refuseToGoOn } from './examine.js'
import { placeIn, type RawRecord } from './raw.js'
import { recordsIn } from './records.js'
import { ScratchDatabase } from './scratch-database.js'
import type { HashesByKey, PasswordsForm, System } from './systems/system.js'

/** The hashes of a file that holds no users, each found by what its system knows its user by. */
export interface PasswordsFile extends HashesByKey {
  close(): void
}

/**
 * Reads a file of passwords to its end, before the users who they belong to.
 *
 * @throws Error (by rejection) for a record that can't be read: somebody would lose a password by it, and nobody know
 */
export async function openPasswordsFile(
  path: string,
  { title, passwords }: System,
  onlooker: Onlooker = {},
): Promise<PasswordsFile> {
  if (passwords === undefined)
    throw new Error(`${title} has no file of passwords apart from its users`)
  const examined = await examine(path, onlooker)
  const hashes = new HashesOnDisk()
  try {
    const records = recordsIn(path, examined, { title, needs: passwords.needs })
    for await (const record of records) {
      refuseToGoOn(onlooker)
      hashes.add(entriesOf(record, passwords, path))
      onlooker.onProgress?.(records.progress())
    }
  } catch (error) {
    hashes.close()
    throw error
  }
  return {
    digest: examined.digest,
    find: (key) => hashes.find(key),
    close: () => hashes.close(),
  }
}

function entriesOf(record: RawRecord, passwords: PasswordsForm, path: string): Entries {
  const place = placeIn(path, record)
  if ('fault' in record) throw new Error(`${place} ${record.fault}`)
  try {
    return passwords.entries(record.raw)
  } catch (error) {
    if (error instanceof Refusal) throw new Error(`${place} ${error.message}`)
    throw error
  }
}

type Entries = ReturnType<PasswordsForm['entries']>

/** However many there are: as soon as they are more than a few they are on disk. */
class HashesOnDisk {
  readonly #database = new ScratchDatabase(
    'create table hashes (key text primary key, hash text) without rowid',
  )
  readonly #insert = this.#database.prepare(`
    insert into hashes values (?, ?)
    on conflict do update set hash = case when hash = excluded.hash then hash end
  `)
  readonly #find = this.#database.prepare('select hash from hashes where key = ?')

  add(entries: Entries): void {
    for (const [key, hash] of entries) this.#insert.run(key, hash)
  }

  /** Of two that differ nobody knows which it is. */
  find(key: string): string | undefined {
    const row = this.#find.get(key)
    if (row === undefined) return undefined
    if (typeof row.hash === 'string') return row.hash
    const message = 'The file of passwords has two for this user'
    throw new Refusal('field_unusable', { message, fields: ['password_hash'] })
  }

  close(): void {
    this.#database.close()
  }
}

/** The file that the servers share, as it lies on the disk. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'

export function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), 'latchkey-sessions-'))
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}

export function rowsOf(folder: string, query: string, ...parameters: string[]): unknown[] {
  const database = new DatabaseSync(join(folder, 'latchkey.db'))
  try {
    const rows: object[] = database.prepare(query).all(...parameters)
    return rows.map((row) => ({ ...row }))
  } finally {
    database.close()
  }
}

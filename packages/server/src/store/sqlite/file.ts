/** The database's file: made readable by its owner alone, and refused where others can read it. */

import { closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Refusal } from '../../errors.js'

/** Makes the file before SQLite would, which leaves its mode to the umask. `-wal` and `-shm` take the same mode. */
export function prepareFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    closeSync(openSync(path, existsSync(path) ? 'r+' : 'a', 0o600))
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : error
    throw refused(`The database file ${path} can't be made or written (${reason}).`, error)
  }
  if (!isPrivate(path)) {
    throw refused(
      `The database file ${path} can be read or written by everyone on this machine: take that away (chmod o-rwx) and start again.`,
    )
  }
}

/** L01. Windows has no such modes; there the folder's access list decides. */
export function isPrivate(path: string): boolean {
  return process.platform === 'win32' || (statSync(path).mode & 0o007) === 0
}

/** As `ls` would have it, in octal. */
export function fileMode(path: string): string {
  return `0${(statSync(path).mode & 0o777).toString(8)}`
}

function refused(message: string, cause?: unknown): Refusal {
  return new Refusal('storage_unavailable', { message, cause })
}

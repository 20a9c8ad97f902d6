/** The database's file: made readable by its owner alone, and refused where others can read it. */

import { closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Refusal } from '../../errors.js'

/** Makes the file before SQLite would, which leaves its mode to the umask. `-wal` and `-shm` take the same mode. */
export function prepareFile(path: string): void {
  attempt(`The folder ${dirname(path)} can't be made`, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  })
  attempt(`The database file ${path} can't be made or written`, () => {
    closeSync(openSync(path, 'a', 0o600))
  })
  if (isPrivate(path)) return
  throw refused(
    `The database file ${path} can be read or written by everyone on this machine: take that away (chmod o-rwx) and start again.`,
  )
}

/** L01. Windows has no such modes; there the folder's access list decides. */
export function isPrivate(path: string): boolean {
  return process.platform === 'win32' || (statSync(path).mode & 0o007) === 0
}

/** As `ls` would have it, in octal. */
export function fileMode(path: string): string {
  return `0${(statSync(path).mode & 0o777).toString(8)}`
}

function attempt(whatFails: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    // Node's message goes on with the call and its path.
    const [reason] = error instanceof Error ? error.message.split(',') : [error]
    throw refused(`${whatFails} (${reason}).`, error)
  }
}

function refused(message: string, cause?: unknown): Refusal {
  return new Refusal('storage_unavailable', { message, cause })
}

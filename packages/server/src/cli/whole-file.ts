import { randomBytes } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

export interface WholeFile {
  /** Whether a file that is there already is replaced. */
  overwrites: boolean
  /** @returns false where it was stopped: then there is no file */
  write(append: (text: string) => Promise<void>): Promise<boolean>
}

/**
 * A file for this user alone that is there whole or not at all: it is written beside, and gets its name at the end.
 *
 * @returns what `write` does
 * @throws Error (by rejection) where something else has the name
 */
export async function writeWhole(path: string, { overwrites, write }: WholeFile): Promise<boolean> {
  checkName(path, overwrites)
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`)
  const file = await open(beside, 'wx', 0o600)
  try {
    const isWhole = await write((text) => file.appendFile(text)).finally(async () => {
      await file.sync()
      await file.close()
    })
    if (!isWhole) return false
    // Of several who write a file of this name, one takes it.
    if (!overwrites) await (await open(path, 'wx', 0o600)).close()
    await rename(beside, path)
    return true
  } finally {
    await rm(beside, { force: true })
  }
}

function checkName(path: string, overwrites: boolean): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined || (overwrites && found.isFile())) return
  throw new Error(
    `${path} is there already${found.isFile() ? ': --overwrite replaces it' : ', and is no file'}`,
  )
}

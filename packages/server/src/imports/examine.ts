import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { chunksOf } from './lines.js'

/** A file by what it holds. */
export interface Examined {
  /** Bytes. Those that are added later are not looked at. */
  readonly size: number
  /** Of all bytes, so that an edited file is another one. SHA-256, in hex. */
  readonly digest: string
  /** Its first bytes, as many as tell what kind of file it is. */
  readonly beginning: Buffer
}

/** Who waits for it: ten gigabytes take some seconds. */
export interface Onlooker {
  /** @param share from 0 to 1 */
  onProgress?(share: number): void
  stopping?: AbortSignal
}

/**
 * Reads a file to its end, once, before anything comes of what is in it.
 *
 * @throws Error (by rejection) where it can't be read, is no file, or the onlooker stops
 */
export async function examine(path: string, onlooker: Onlooker = {}): Promise<Examined> {
  const size = await sizeOf(path)
  const hash = createHash('sha256')
  const beginning: Buffer[] = []
  const chunks = chunksOf(path, { from: 0, size })
  let read = 0
  for await (const chunk of chunks) {
    refuseToGoOn(onlooker)
    if (read < longestBeginning) beginning.push(chunk)
    read += chunk.length
    hash.update(chunk)
    onlooker.onProgress?.(chunks.progress())
  }
  return {
    size,
    digest: hash.digest('hex'),
    beginning: Buffer.concat(beginning).subarray(0, longestBeginning),
  }
}

/** @throws Error where the onlooker stops */
export function refuseToGoOn({ stopping }: Onlooker): void {
  if (stopping?.aborted) throw new Error('It was stopped before anything was imported.')
}

/** What comes through a pipe can't be read twice. */
async function sizeOf(path: string): Promise<number> {
  const found = await stat(path)
  if (found.isFile()) return found.size
  throw new Error(`${path} is not a file: write what it gives into one first`)
}

/** Bytes. */
const longestBeginning = 1024 * 1024

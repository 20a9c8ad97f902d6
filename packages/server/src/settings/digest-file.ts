import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { Fault, type Value } from './values.js'

/** A file of SHA-1 digests, of which some are looked at: it may be as large as the disk. */
export const digestFile: Value<string> = {
  parse: (path) => {
    if (path.trim() === '' || path.includes('\0')) return new Fault(`should be ${form}`)
    try {
      const fault = faultOf(path)
      return fault === undefined
        ? path
        : new Fault(`names a file that ${fault}: it should be ${form}`)
    } catch (error) {
      const { code = 'no reason given' } = error as NodeJS.ErrnoException
      return new Fault(`names a file that can't be read (${code})`)
    }
  },
}

const form =
  'the path of a text file of SHA-1 digests in hex, one a line and in their order (Have I Been Pwned: "ordered by hash")'

function faultOf(path: string): string | undefined {
  const file = openSync(path, 'r')
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) return 'is no file'
    if (stat.size === 0) return 'is empty'
    const found = Array.from({ length: samples }, (_, sample) =>
      digestsFrom(
        file,
        Math.floor((sample / (samples - 1)) * Math.max(0, stat.size - block)),
        stat.size,
      ),
    )
    if (found.some((digests) => digests === undefined)) return 'holds other lines'
    // Of a small file the samples overlap: each is held against itself, and their beginnings against each other.
    const beginnings = found.flatMap((digests) => digests?.at(0) ?? [])
    const rows = [beginnings, ...found.map((digests) => digests ?? [])]
    return rows.every(isInOrder) ? undefined : 'is in another order'
  } finally {
    closeSync(file)
  }
}

function isInOrder(digests: readonly string[]): boolean {
  return digests.every((digest, at) => digest >= (digests[at - 1] ?? ''))
}

const samples = 32
const block = 512

/** The digests of the whole lines after an offset; undefined where one of them is none. */
function digestsFrom(file: number, offset: number, size: number): string[] | undefined {
  const bytes = Buffer.alloc(Math.min(block, size - offset))
  readSync(file, bytes, 0, bytes.length, offset)
  const lines = bytes.toString('latin1').split('\n')
  const endsInBlock = offset + bytes.length === size
  const whole = lines.slice(offset === 0 ? 0 : 1, endsInBlock ? undefined : -1)
  if (endsInBlock && whole.at(-1) === '') whole.pop()
  // A line that is longer than the block is no digest either.
  if (lines.length === 1 && !endsInBlock) return undefined
  const digests = whole.map((line) =>
    /^([0-9a-f]{40})(?::\d{1,20})?\r?$/i.exec(line)?.[1]?.toUpperCase(),
  )
  return digests.every((digest) => digest !== undefined) ? digests : undefined
}

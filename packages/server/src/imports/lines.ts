import { open } from 'node:fs/promises'

/** Bytes of one record. */
export const longestRecord = 1024 * 1024

export interface Chunks extends AsyncIterable<Buffer> {
  progress(): number
}

/** Which bytes of a file are read. */
export interface Extent {
  from: number
  /** Where they end, whatever has been added to the file since: its size as it was looked at. */
  size: number
}

/** A file piece by piece. @throws Error (by rejection) where it has become shorter */
export function chunksOf(path: string, { from, size }: Extent): Chunks {
  let read = from
  return {
    progress: () => (size === 0 ? 1 : read / size),
    async *[Symbol.asyncIterator]() {
      const file = await open(path, 'r')
      try {
        for (read = from; read < size; ) {
          const length = Math.min(chunk, size - read)
          const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, read)
          if (bytesRead === 0) throw new Error(`${path} has become shorter while it was read`)
          read += bytesRead
          yield buffer.subarray(0, bytesRead)
        }
      } finally {
        await file.close()
      }
    },
  }
}

/** A line without its end, and its number from 1 on. */
export interface Line {
  readonly at: number
  /** Undefined where it is longer than a record may be. */
  readonly bytes: Buffer | undefined
}

/** However long a line is, no more of it is kept than a record may have. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let [at, length] = [1, 0]
  let begun: Buffer[] = []
  const whole = (end: Buffer): Line => {
    const bytes = length + end.length > longestRecord ? undefined : Buffer.concat([...begun, end])
    begun = []
    length = 0
    return { at: at++, bytes }
  }
  for await (const part of chunks) {
    let start = 0
    for (let end = part.indexOf(newline); end !== -1; end = part.indexOf(newline, start)) {
      yield whole(part.subarray(start, end))
      start = end + 1
    }
    const rest = part.subarray(start)
    length += rest.length
    if (length <= longestRecord) begun.push(rest)
  }
  if (length > 0) yield whole(Buffer.alloc(0))
}

const chunk = 1024 * 1024
const newline = 0x0a

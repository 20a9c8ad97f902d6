import { FilePieces } from './file-pieces.js'

/** What can't be imported here, and why: the command line reads more. */
export type Unfit = 'empty' | 'json_document' | 'database' | 'not_text' | 'unreadable'

/** What a file is by its first bytes. */
export async function lookAt(file: Blob): Promise<FilePieces | Unfit> {
  const beginning = new Uint8Array(await file.slice(0, longestHeader).arrayBuffer())
  const text = new TextDecoder().decode(beginning).trimStart()
  if (text === '') return 'empty'
  if (text.startsWith('SQLite format 3\0')) return 'database'
  if (beginning.includes(0) || text.startsWith('PK\x03\x04') || isCompressed(beginning))
    return 'not_text'
  if (text.startsWith('[') || /^\{\s*$/m.test(text.split('\n', 1)[0] ?? '')) return 'json_document'
  if (text.startsWith('{')) return new FilePieces(file, 'ndjson', new Uint8Array())
  return new FilePieces(file, 'csv', headerIn(beginning))
}

/** Bytes. */
const longestHeader = 4096

function headerIn(beginning: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const end = beginning.indexOf(0x0a)
  return beginning.subarray(0, end === -1 ? beginning.length : end + 1)
}

function isCompressed([first, second]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b
}

import type { FileForm } from './file-pieces.js'

/** A record that was left out: where it begins, and why. */
export interface Reject {
  readonly line: number
  readonly why: string
  /** As it is in the file; undefined where that is too long to keep. */
  readonly text: string | undefined
}

/** Rejects as a file of the same form, each with why it was left out, to be mended and imported. */
export function rejectsFile(
  file: string,
  form: FileForm,
  header: Uint8Array,
  rejects: readonly Reject[],
): Blob {
  return form === 'csv'
    ? new Blob([csvOf(new TextDecoder().decode(header).replace(/\r?\n$/, ''), rejects)], {
        type: 'text/csv',
      })
    : new Blob([rejects.map((reject) => ndjsonOf(file, reject)).join('')], {
        type: 'application/x-ndjson',
      })
}

/** In the form that `latchkey user import --rejects` writes. */
function ndjsonOf(file: string, { line, why, text }: Reject): string {
  const members = objectIn(text)
  const leftOut = { file, line, why, ...(members === undefined && { text }) }
  return `${JSON.stringify({ ...members, left_out: leftOut })}\n`
}

function objectIn(text = ''): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The reason is one cell more. What it was left out of before has it already. */
function csvOf(header: string, rejects: readonly Reject[]): string {
  const delimiter = delimiterOf(header)
  const isMarked = header.split(delimiter).some((name) => name.trim() === 'left_out')
  const marked = (row: string, mark: string) => (isMarked ? row : `${row}${delimiter}${mark}`)
  const rows = rejects.map(({ line, why, text = '' }) => marked(text, quoted(`${line}: ${why}`)))
  return [marked(header, 'left_out'), ...rows].map((row) => `${row}\n`).join('')
}

/** As the server finds it. */
function delimiterOf(header: string): string {
  const count = (character: string) => header.split(character).length
  const [most = ','] = [',', ';', '\t'].sort((one, other) => count(other) - count(one))
  return most
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

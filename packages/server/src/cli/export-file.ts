import { type FileHandle, open } from 'node:fs/promises'

/** A file of lines that an export goes on with where it ended, however it ended. */
export interface ExportFile {
  /** Of its last line; undefined where it has none. */
  cursor: string | undefined
  append(lines: string): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the file, or makes it for this user alone. A line that was cut off goes.
 *
 * @throws Error where its last line is none of an export
 */
export async function openExportFile(path: string): Promise<ExportFile> {
  const file = await open(path, 'a+', 0o600)
  try {
    const { cursor, end } = await lastLine(file)
    await file.truncate(end)
    return {
      cursor,
      append: (lines) => file.appendFile(lines),
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** The cursor of the last whole line, and where it ends; what follows has been cut off. */
async function lastLine(file: FileHandle): Promise<{ cursor: string | undefined; end: number }> {
  const { size } = await file.stat()
  const length = Math.min(size, longestLine)
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length)
  const end = buffer.lastIndexOf(newline)
  if (end === -1) {
    if (size > length || !beginsLine(buffer.toString())) throw notAnExport()
    return { cursor: undefined, end: 0 }
  }
  const start = end === 0 ? 0 : buffer.lastIndexOf(newline, end - 1) + 1
  return { cursor: cursorIn(buffer.toString('utf8', start, end)), end: size - length + end + 1 }
}

/** Whether it may be the beginning of a first line. */
function beginsLine(text: string): boolean {
  const beginning = '{"id":"'
  return text.startsWith(beginning) || beginning.startsWith(text)
}

function cursorIn(line: string): string {
  try {
    const entry: unknown = JSON.parse(line)
    if (typeof entry === 'object' && entry !== null && 'cursor' in entry) {
      if (typeof entry.cursor === 'string') return entry.cursor
    }
  } catch (cause) {
    throw notAnExport(cause)
  }
  throw notAnExport()
}

function notAnExport(cause?: unknown): Error {
  return new Error('The file is not an export of the audit log: its last line has no cursor', {
    cause,
  })
}

const newline = 0x0a
/** Bytes. */
const longestLine = 1024 * 1024

/** Prints for people, or one JSON value for programs with `--json`. */

import { once } from 'node:events'
import { harmless } from '../core/json-line.js'

export interface OutputOptions {
  json?: boolean
}

export function printJson(value: unknown): void {
  process.stdout.write(`${harmless(JSON.stringify(value, null, 2))}\n`)
}

export function printLine(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Text of any length, no faster than it is read. */
export async function print(text: string): Promise<void> {
  // Who reads may stop reading: then nothing drains, and nobody minds.
  if (!process.stdout.write(text)) await once(process.stdout, 'drain').catch(() => {})
}

/** Rows under headings, in columns as wide as what they hold. */
export function printTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  printColumns([headings, ...rows])
}

/** A name and its value a line. */
export function printFields(fields: Readonly<Record<string, string>>): void {
  printColumns(Object.entries(fields))
}

function printColumns(rows: readonly (readonly string[])[]): void {
  const lines = rows.map((row) => row.map(printable))
  const widths = lines.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(cell.length, widest[column] ?? 0)),
    [],
  )
  for (const row of lines) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0))
    printLine(cells.join('  ').trimEnd())
  }
}

/** Text for standard error, line by line made harmless. */
export function complain(text: string): void {
  const lines = text.trimEnd().split('\n').map(printable)
  process.stderr.write(`${lines.join('\n')}\n`)
}

/** Names come from outside: a terminal must not obey what is in them (checklist K02). */
export function printable(text: string): string {
  return text.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`,
  )
}

/** Who reads our output may stop reading (`latchkey user list | head`): no failure of ours. */
export function letReadersLeave(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}

export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

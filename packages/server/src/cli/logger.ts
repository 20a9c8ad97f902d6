import pino, { type DestinationStream, type Logger } from 'pino'
import { harmless, harmlessWhenParsed } from '../core/json-line.js'

/** JSON lines on standard output; on a terminal the same in a form for eyes. */
export async function logger(level: string): Promise<Logger> {
  return process.stdout.isTTY
    ? readableLogger(level, process.stdout)
    : lineLogger(level, pino.destination({ dest: 1, sync: true }))
}

/** One line of JSON an entry, whatever is in it (checklist K02). */
export function lineLogger(level: string, destination: DestinationStream): Logger {
  return pino({ level, hooks: { streamWrite: harmless } }, destination)
}

/** For a terminal, which obeys none of what others have put into an entry. */
export async function readableLogger(
  level: string,
  destination: NodeJS.WritableStream,
): Promise<Logger> {
  const { default: pretty } = await import('pino-pretty')
  const stream = pretty({
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
    sync: true,
    destination,
  })
  return pino({ level, hooks: { streamWrite: harmlessWhenParsed } }, stream)
}

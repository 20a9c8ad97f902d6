import pino, { type Logger } from 'pino'

/** JSON lines on standard output; on a terminal the same in a form for eyes. */
export async function logger(level: string): Promise<Logger> {
  if (!process.stdout.isTTY) return pino({ level }, pino.destination({ dest: 1, sync: true }))
  const { default: pretty } = await import('pino-pretty')
  return pino(
    { level },
    pretty({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss', sync: true }),
  )
}

import { Refusal } from '../errors.js'
import { SettingsError } from '../settings/read.js'

/** A failure in one clear sentence for whoever typed the command; what nobody foresaw comes whole. */
export function explain(error: unknown): string {
  if (error instanceof Refusal || error instanceof SettingsError) return error.message
  if (!(error instanceof Error)) return String(error)
  const { code, path, port, syscall } = error as Failure
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use by another program. Stop that one, or choose another port: PORT=${(port ?? 0) + 1} npm start`
    case 'EADDRNOTAVAIL':
      return `This machine has no such address to listen on (${error.message}).`
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return syscall === 'listen'
        ? `Port ${port} needs more rights than this process has; choose one above 1023.`
        : `${path ?? 'A file'} can't be written: give this user the right to, or choose another place with LATCHKEY_DATABASE_URL=sqlite:PATH.`
    case undefined:
      return error.name === 'Error' ? error.message : (error.stack ?? error.message)
    default:
      return `${error.message}.`
  }
}

interface Failure extends NodeJS.ErrnoException {
  port?: number
}

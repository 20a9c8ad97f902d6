import { Refusal } from './errors.js'
import { SettingsError } from './settings/read.js'

/** A failure in one clear sentence for whoever typed the command; what nobody foresaw comes whole. */
export function explain(error: unknown): string {
  if (error instanceof SettingsError) return error.message
  if (error instanceof Refusal) return explainRefusal(error)
  if (!(error instanceof Error)) return String(error)
  const { code, path, port, syscall } = error as Failure
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use by another program: stop that one, or choose another port with LATCHKEY_PORT.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `This machine has no such address to listen on (${error.message}): choose one with LATCHKEY_HOST.`
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return syscall === 'listen'
        ? `Port ${port} needs more rights than this process has: choose one above 1023 with LATCHKEY_PORT.`
        : `${path ?? 'A file'} can't be read or written (${code}): give this user the right to, or choose another place with LATCHKEY_DATABASE_URL=sqlite:PATH.`
    case undefined:
      return error.name === 'Error' ? error.message : (error.stack ?? error.message)
    default:
      return `${error.message}.`
  }
}

/** A database that doesn't answer says why in its driver's words alone. */
function explainRefusal({ code, message, cause, suggestions = [] }: Refusal): string {
  if (code !== 'storage_unavailable' || message !== code)
    return [message, ...suggestions].join('\n')
  return `The database can't be used: ${reasonOf(cause)}.`
}

function reasonOf(cause: unknown): string {
  // Node tries each address of a host, and puts what went wrong into the parts alone.
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ')
  return cause instanceof Error ? cause.message : 'it gives no reason'
}

interface Failure extends NodeJS.ErrnoException {
  port?: number
}

/** Whatever goes wrong, told in words. */

import { AuthError } from '@latchkey/client'
import { Problem } from '../api/problem.js'
import { inSeconds, say, translated } from './texts.js'

export function inWords(error: unknown): string {
  if (error instanceof Problem) return ofProblem(error)
  if (error instanceof AuthError) return ofAuthError(error)
  // What fetch throws, and the time limit's.
  if (error instanceof TypeError || isTimeout(error)) return say('errorUnreachable')
  return say('errorUnexpected')
}

/** The same for a form that asks for a new name. */
export function usernameTaken(error: unknown): string {
  return error instanceof Problem && error.status === 409 ? say('usernameTaken') : inWords(error)
}

function ofProblem({ status, retryAfter = 5, message, needsPassword }: Problem): string {
  if (needsPassword) return say('wrongPassword')
  switch (status) {
    case 403:
      return say('errorForbidden')
    case 412:
      return say('errorChanged')
    case 429:
      return say('errorTooMany', { when: inSeconds(retryAfter) })
    case 503:
      return say('errorBusy', { when: inSeconds(retryAfter) })
    default:
      return status < 500 && message !== '' ? translated(message) : say('errorUnexpected')
  }
}

function ofAuthError({ code, retryAfter = 5 }: AuthError): string {
  switch (code) {
    case 'wrong_credentials':
      return say('wrongCredentials')
    case 'signed_out':
      return say('signInAgain')
    case 'too_many_attempts':
      return say('errorTooMany', { when: inSeconds(retryAfter) })
    case 'unavailable':
      return say('errorBusy', { when: inSeconds(retryAfter) })
    case 'unreachable':
      return say('errorUnreachable')
    case 'mfa_required':
      return say('factorNeeded')
    default:
      return say('errorUnexpected')
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError'
}

import { fold } from '../names.js'
import { isCommonPassword } from './common-passwords.js'
import { faultOf, maxPasswordBytes, normalForm } from './password-text.js'

export interface PasswordContext {
  /** Of the account that the password is for. */
  readonly username: string
  /** Code points of the NFKC form. */
  readonly minLength: number
}

/** The reason is a sentence for the person who chose the password. */
export type PasswordJudgement =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string }

/**
 * Judges a newly chosen password as NIST SP 800-63B-4 section 3.1.1.2 asks: by its length and by
 * whether it is easily guessed, never by which kinds of characters it has (checklist G01 to G04).
 */
export async function judgePassword(
  password: string,
  { username, minLength }: PasswordContext,
): Promise<PasswordJudgement> {
  const fault = faultOf(password)
  if (fault === 'too_long') return refuse(`The password is longer than ${maxPasswordBytes} bytes`)
  if (fault === 'not_unicode') {
    return refuse('The password holds a character that is not valid Unicode')
  }
  if ([...normalForm(password)].length < minLength) {
    return refuse(`The password is too short: it needs at least ${minLength} characters`)
  }
  const folded = fold(password)
  if (folded === fold(username)) return refuse('The password is the username')
  if (folded === serviceName) return refuse('The password is the name of this service')
  if (await isCommonPassword(password)) {
    return refuse('The password is one of those that are guessed first, because many people use it')
  }
  return { ok: true }
}

const serviceName = 'latchkey'

function refuse(reason: string): PasswordJudgement {
  return { ok: false, reason }
}

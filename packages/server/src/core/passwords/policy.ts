import { fold } from '../names.js'
import type { BreachedPasswords } from './breached-passwords.js'
import { isCommonPassword } from './common-passwords.js'
import { contextWords, isBuiltOf, type PasswordOwner } from './context-words.js'
import { faultOf, maxPasswordBytes, normalForm } from './password-text.js'

export interface PasswordContext extends PasswordOwner {
  /** Code points of the NFKC form. */
  readonly minLength: number
  readonly issuer?: string
  readonly breached?: BreachedPasswords | undefined
}

/** The reason is a sentence for the person who chose the password, and so is what to do better. */
export type PasswordJudgement =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly advice: string }

/**
 * Judges a newly chosen password as NIST SP 800-63B-4 section 3.1.1.2 asks: by its length and by
 * whether it is easily guessed, never by which kinds of characters it has (checklist G01 to G04).
 *
 * @throws Refusal `storage_unavailable`, where breached passwords are kept in a file that can't be used
 */
export async function judgePassword(
  password: string,
  context: PasswordContext,
): Promise<PasswordJudgement> {
  const { username, minLength, issuer = '', breached } = context
  const fault = faultOf(password)
  if (fault === 'too_long') {
    return refuse(`The password is longer than ${maxPasswordBytes} bytes`, 'Make it shorter.')
  }
  if (fault === 'not_unicode') {
    return refuse(
      'The password holds a character that is not valid Unicode',
      'Type it again, without characters that your keyboard does not have.',
    )
  }
  if ([...normalForm(password)].length < minLength) {
    const reason = `The password is too short: it needs at least ${minLength} characters`
    return refuse(reason, 'Add more words: length counts more than signs and digits.')
  }
  const folded = fold(password)
  if (folded === fold(username)) return refuse('The password is the username', unrelated)
  if (folded === 'latchkey') return refuse('The password is the name of this service', unrelated)
  if (isBuiltOf(contextWords(context, issuer), password)) {
    const reason =
      'The password is little more than your name, your address or the name of this service'
    return refuse(reason, unrelated)
  }
  if (await isCommonPassword(password)) {
    return refuse(
      'The password is one of those that are guessed first, because many people use it',
      'Join three or four words that have nothing to do with each other.',
    )
  }
  if (await breached?.has(password)) {
    return refuse(
      'The password is known from a theft of passwords, at another service',
      'Choose one that you have used nowhere else; where you use this one, change it.',
    )
  }
  return { ok: true }
}

const unrelated = 'Choose words that have nothing to do with you or with this service.'

function refuse(reason: string, advice: string): PasswordJudgement {
  return { ok: false, reason, advice }
}

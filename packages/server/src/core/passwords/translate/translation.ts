import { whyUnreadable } from '../unreadable.js'

/**
 * What another system says of a user's password: a hash that can be checked here, that there is none, or why
 * it can't be taken over, in a sentence that repeats nothing of it.
 */
export type Translation =
  | { readonly hash: string }
  | { readonly none: true }
  | { readonly fault: string }

export const none: Translation = { none: true }

export function fault(sentence: string): Translation {
  return { fault: sentence }
}

/** A hash as it is to be stored, if it can be read. */
export function readable(hash: string): Translation {
  const why = whyUnreadable(hash)
  return why === undefined ? { hash } : fault(why)
}

/** The same of a hash that was put together of what the other system keeps apart. */
export function joined(hash: string): Translation {
  const why = whyUnreadable(hash, 'parts')
  return why === undefined ? { hash } : fault(why)
}

/**
 * A column that holds a hash in a form that says what it is: FastAPI's tables, Django's, Supabase's and Better
 * Auth's. Empty ones, and the marks that Django, passlib and Unix put there, are of users without a password.
 */
export function fromStored(stored: unknown): Translation {
  if (stored === null || stored === undefined) return none
  if (typeof stored !== 'string') return fault('The hash is no text')
  return stored === '' || unusable.test(stored) ? none : readable(stored)
}

/** Django's and passlib's `!` and a random text, and what Unix has for accounts that nobody signs in to. */
const unusable = /^(?:!.*|\*|\*LK\*|\*NP\*)$/s

/** How names are compared (checklist H09): NFKC and case folding, the same at every door. */

import { Refusal } from '../errors.js'

const longestUsername = 128
const longestEmail = 254

/**
 * What a typed username is compared by; undefined where no user can have it, because it is empty,
 * too long, or holds what can't be seen or told apart on a screen.
 */
export function usernameKey(typed: string): string | undefined {
  if (isPlain(typed) && typed.length <= longestUsername) return typed.toLowerCase()
  return whyUnusable(typed) === undefined ? fold(typed) : undefined
}

/** Why a new user can't have this name, in words that finish the sentence "The username ..."; undefined if it can be had. */
export function whyUnusable(typed: string): string | undefined {
  const why = whyUnreadable(typed)
  if (why !== undefined) return why
  const key = fold(typed)
  // Folding makes an @ of a full-width one, and the name the address of somebody else.
  if (key.includes('@') && !typed.includes('@'))
    return 'holds a character that only looks like an @'
  // It makes spaces and long words of single characters, too; what it answers must be a name itself.
  return whyUnreadable(key)
}

/** What an e-mail address is compared by; undefined if it is none. */
export function emailKey(typed: string): string | undefined {
  if (!isAddress(typed)) return undefined
  const key = fold(typed)
  return isAddress(key) ? key : undefined
}

/** @throws Refusal `email_unusable` */
export function readAddress(typed: string): { key: string } {
  const key = emailKey(typed)
  if (key !== undefined) return { key }
  throw new Refusal('email_unusable', {
    message: 'That is not an e-mail address',
    fields: ['email'],
  })
}

/**
 * NFKC and full case folding. A name, or a part of one to search for.
 *
 * JavaScript has no case folding: lower, upper and lower case in turn join all that folding joins
 * ("ß", "ẞ" and "SS"), and the dotless "ı" with "i". NFKC comes last, too, because folding can
 * leave what composes again.
 */
export function fold(typed: string): string {
  if (isPlain(typed)) return typed.toLowerCase()
  return typed.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().normalize('NFKC')
}

/**
 * Of ASCII's visible characters: all normal forms are the same, and no rule is against any of them. Most names
 * are such, and the tables of Unicode are seldom in the processor's caches when somebody signs in.
 */
function isPlain(text: string): boolean {
  return /^[!-~]+$/.test(text)
}

function whyUnreadable(name: string): string | undefined {
  if (name === '') return 'is empty'
  if (isLongerThan(longestUsername, name)) return `is longer than ${longestUsername} characters`
  if (invisible.test(name)) return 'holds a character that cannot be seen'
  if (unusualSpace.test(name)) return 'holds a space that is not the plain one'
  if (/^ | $| {2}/.test(name)) return 'starts or ends with a space, or has two in a row'
  if (scriptsThatLookAlike(name) > 1) return 'mixes letters of alphabets that look alike'
  return undefined
}

/** A character takes at most two places, so that a huge text is not taken apart to be counted. */
function isLongerThan(limit: number, text: string): boolean {
  return text.length > 2 * limit || [...text].length > limit
}

function isAddress(text: string): boolean {
  return text.length <= longestEmail && !invisible.test(text) && address.test(text)
}

const address = /^[^\s@"(),:;<>[\\\]]+@[^\s@"(),:;<>[\\\]]+\.[^\s@"(),:;<>[\\\].]+$/

// Controls, formats, lone surrogates, unassigned and private characters, and letters that draw nothing or a blank
// (Hangul fillers, the empty Braille pattern).
const invisible = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/u
const unusualSpace = /[^\P{Z} ]/u

// Alphabets with letters of the same shape (Unicode TS 39 calls them confusable): "pаypal" with a
// Cyrillic "а" must not be somebody else's neighbour.
const confusable = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u]

function scriptsThatLookAlike(name: string): number {
  const plain = name.normalize('NFKC')
  return confusable.filter((script) => script.test(plain)).length
}

/** How names are compared (checklist H09): NFKC and case folding, the same at every door. */

const longestUsername = 128
const longestEmail = 254

/**
 * What a typed username is compared by; undefined where no user can have it, because it is empty,
 * too long, or holds what can't be seen or told apart on a screen.
 */
export function usernameKey(typed: string): string | undefined {
  if (whyUnusable(typed) !== undefined) return undefined
  return fold(typed)
}

/** A text as it is compared where neither case nor width makes a difference. */
export function fold(text: string): string {
  // Upper and then lower case folds more than lower case alone ("ß" and "SS"); NFKC comes last,
  // too, because folding can leave what composes again.
  return text.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC')
}

/** Why a new user can't have this name, in words that finish the sentence "The username ..."; undefined if it can be had. */
export function whyUnusable(typed: string): string | undefined {
  if (typed === '') return 'is empty'
  if ([...typed].length > longestUsername) return `is longer than ${longestUsername} characters`
  if (invisible.test(typed)) return 'holds a character that cannot be seen'
  if (unusualSpace.test(typed)) return 'holds a space that is not the plain one'
  if (/^ | $| {2}/.test(typed)) return 'starts or ends with a space, or has two in a row'
  if (scriptsThatLookAlike(typed) > 1) return 'mixes letters of alphabets that look alike'
  return undefined
}

/** What an e-mail address is compared by; undefined if it is none. */
export function emailKey(typed: string): string | undefined {
  if (typed.length > longestEmail || invisible.test(typed)) return undefined
  return /^[^\s@"(),:;<>[\\\]]+@[^\s@"(),:;<>[\\\]]+\.[^\s@"(),:;<>[\\\].]+$/.test(typed)
    ? fold(typed)
    : undefined
}

// Controls, formats, lone surrogates, unassigned and private characters, and letters that draw nothing or a blank
// (Hangul fillers, the empty Braille pattern).
const invisible = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/u
const unusualSpace = /[^\P{Z} ]/u

// Alphabets with letters of the same shape (Unicode TS 39 calls them confusable): "pаypal" with a
// Cyrillic "а" must not be somebody else's neighbour.
const confusable = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u]

function scriptsThatLookAlike(typed: string): number {
  const plain = typed.normalize('NFKC')
  return confusable.filter((script) => script.test(plain)).length
}

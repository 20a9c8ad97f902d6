import { formats, readHash } from './formats.js'

/** What hashes are counted under that can't be read. */
export const unreadableName = 'unreadable'

/** Under which name a report counts a stored hash: that of its format, where it can be read. */
export function nameOfFormat(stored: string): string {
  return readHash(stored)?.format.name ?? unreadableName
}

/**
 * Why a stored hash can't be read, in a sentence for whoever brings it along; undefined where it can. Nothing
 * of the hash is repeated.
 *
 * @param from `parts` where the text was put together of them, so that its length says nothing to anybody
 */
export function whyUnreadable(
  stored: string,
  from: 'as given' | 'parts' = 'as given',
): string | undefined {
  if (readHash(stored) !== undefined) return undefined
  if (stored === '') return 'The hash is empty'
  if (stored.trim() !== stored) return 'The hash has white space around it'
  const format = formats.find(({ looks }) => looks.test(stored))
  if (format !== undefined)
    return `The hash is ${format.name}${format.faultOf(stored, from === 'parts' ? undefined : 0)}`
  const other = others.find(([looks]) => looks.test(stored))
  return other === undefined ? 'The hash is of no kind that is known' : `The hash is ${other[1]}`
}

/** What is known and not checked. The first that fits counts. */
// biome-ignore format: one line each
const others: readonly (readonly [looks: RegExp, said: string])[] = [
  [/^(?:\{CRYPT\})?\$2x\$/i, "bcrypt's $2x$, with whose bug different passwords match"],
  [/^(?:\{CRYPT\})?\$2\$/i, "bcrypt's $2$, its first version, which is not checked"],
  [/^(?:\{CRYPT\})?\$(?:y|gy|7)\$/i, 'yescrypt or scrypt of crypt(3), which is not checked'],
  [/^(?:\{CRYPT\})?\$sha1\$/i, "NetBSD's sha1-crypt, which is not checked"],
  [/^(?:\{CRYPT\})?\$md5/i, "Sun's md5-crypt, which is not checked"],
  [/^(?:\{CRYPT\}|crypt\$.{0,2}\$)?(?:[./0-9A-Za-z]{13}|_[./0-9A-Za-z]{19})$/i, 'DES-crypt, or no hash at all: it is not checked'],
  [/^(?:\$(?:argon2|scrypt|pbkdf2|bcrypt)|argon2\$|scrypt|pbkdf2|bcrypt|\$2)/, 'in a form of its kind that is not known, or cut off'],
  [/^(?:sha|md)\d+\$/, "a digest in Werkzeug's or Django's form, by a function that is not checked"],
  [/^\{[^}]{1,20}\}/, "in LDAP's form, of a scheme that is not checked"],
  [/^(?:!|\*$|\*[A-Z]{2}\*$)/, 'a mark that no password fits'],
]

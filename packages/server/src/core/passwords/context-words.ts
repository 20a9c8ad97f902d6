import { readUrl } from '../../url.js'
import { fold } from '../names.js'

/** Whom a password is for, and where: what others try first because they know it. */
export interface PasswordOwner {
  readonly username: string
  readonly email?: string | null | undefined
}

/**
 * Words that nobody should build a password of (NIST SP 800-63B-4 section 3.1.1.2), in their folded
 * form: of the service's name and host, of the username and of the e-mail address.
 */
export function contextWords(owner: PasswordOwner, issuer: string): string[] {
  const { username, email } = owner
  const address = email ?? ''
  const names = [username, address, address.split('@')[0] ?? '']
  const parts = names.flatMap((name) => name.split(/[^\p{L}\p{N}]+/u))
  const words = ['latchkey', ...hostWords(issuer), ...names, ...parts].map(fold)
  return [...new Set(words)].filter((word) => [...word].length >= shortest)
}

/**
 * Whether little is left of a password without such a word, whatever its case: `example2024!` at
 * example.com is tried as soon as `example` is.
 */
export function isBuiltOf(words: readonly string[], password: string): boolean {
  const folded = fold(password)
  return words.some((word) => {
    const rest = folded.replaceAll(word, '')
    return rest !== folded && [...rest].length < leastRest
  })
}

const shortest = 4
const leastRest = 7

/** Of an address's host: not the top-level domain, which says nothing, and no numbers. */
function hostWords(issuer: string): string[] {
  const hostname = readUrl(issuer)?.hostname ?? ''
  return hostname
    .split('.')
    .slice(0, -1)
    .filter((label) => !/^\d+$/.test(label))
}

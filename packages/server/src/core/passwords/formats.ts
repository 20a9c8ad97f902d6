import { argon2id, argon2idDecoy, argon2idHash } from './argon2id.js'
import { bcrypt, bcryptDecoy, bcryptHash } from './bcrypt.js'
import type { HashChoice } from './hash-choice.js'

/** A way in which stored passwords are hashed: how to recognise, judge and check such a hash. */
export interface HashFormat {
  readonly name: string
  /** What every stored hash of this format begins with. */
  readonly prefixes: readonly string[]
  /**
   * The setting that makes such hashes (as `describeHashChoice` writes it), or undefined when the
   * stored hash is malformed or would cost more to check than a sign-in may (checklist G07).
   */
  read(stored: string): string | undefined
  /** Whether the format looks at the whole of this text; if not, the text must never match. */
  takes(password: string): boolean
  /**
   * Runs in a hash worker, because it keeps a core busy. Undefined when the library can't make sense
   * of the stored hash after all.
   */
  verify(stored: string, password: string): Promise<boolean | undefined>
}

/** Every format that is verified. */
// biome-ignore format: one line each
const formats: readonly HashFormat[] = [
  argon2id,
  bcrypt,
]

/** A stored hash that can be checked. */
export interface ReadableHash {
  readonly format: HashFormat
  /** The setting that makes such hashes. */
  readonly madeBy: string
}

/** Undefined for what is of no known format, malformed or too dear to check. */
export function readHash(stored: string): ReadableHash | undefined {
  const format = formats.find(({ prefixes }) => prefixes.some((p) => stored.startsWith(p)))
  const madeBy = format?.read(stored)
  return format === undefined || madeBy === undefined ? undefined : { format, madeBy }
}

/** The format that makes this choice's hashes. */
export function formatOf(choice: HashChoice): HashFormat {
  return choice.format === 'bcrypt' ? bcrypt : argon2id
}

/** Runs in a hash worker. */
export function verifyHash(name: string, stored: string, password: string) {
  const format = formats.find((candidate) => candidate.name === name)
  return format === undefined ? Promise.resolve(undefined) : format.verify(stored, password)
}

/** Runs in a hash worker. */
export function makeHash(choice: HashChoice, password: string): Promise<string> {
  return choice.format === 'bcrypt' ? bcryptHash(choice, password) : argon2idHash(choice, password)
}

/** A well-formed hash that costs what this choice's hashes cost, of no password that anyone knows. */
export function makeDecoy(choice: HashChoice): string {
  return choice.format === 'bcrypt' ? bcryptDecoy(choice) : argon2idDecoy(choice)
}

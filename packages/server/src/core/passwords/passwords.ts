import { Refusal } from '../../errors.js'
import { formatOf, makeDecoy, type ReadableHash, readHash } from './formats.js'
import { describeHashChoice, type HashChoice } from './hash-choice.js'
import type { HashAnswer, HashPool, HashTask } from './hash-pool.js'
import { faultOf, maxPasswordBytes, normalForm } from './password-text.js'

export { type HashChoice, hashChoiceForm, parseHashChoice } from './hash-choice.js'

export interface PasswordVerdict {
  readonly matches: boolean
  /** It matches, but a new hash of it would be made differently: store `hash(password)` in its place. */
  readonly outdated: boolean
  /**
   * For the operator, never for the caller. `bcrypt_too_long`: bcrypt would have looked at a part of
   * this password only (over 72 bytes, or up to a NUL byte). `hash_unreadable`: what is stored is
   * malformed, of an unknown format or too dear to check.
   */
  readonly alarm?: 'bcrypt_too_long' | 'hash_unreadable'
}

/** Checks and makes password hashes. */
export class Passwords {
  readonly #pool: HashPool
  readonly #choice: HashChoice
  readonly #decoy: string
  #hashed = 0

  constructor({ pool, choice }: { pool: HashPool; choice: HashChoice }) {
    this.#pool = pool
    this.#choice = choice
    this.#decoy = makeDecoy(choice)
  }

  /** How many hashes were computed so far, those against the decoy included. */
  get hashed(): number {
    return this.#hashed
  }

  /**
   * Judges a password against the stored hash; null and undefined stand for users that do not exist or
   * have no password. Whatever makes the answer no, the same number of hashes is computed (checklist
   * H07), so call this before anything else tells the cases apart.
   *
   * @throws {Refusal} `overloaded`, when the hash can't be computed now.
   */
  async verify(stored: string | null | undefined, password: string): Promise<PasswordVerdict> {
    if (faultOf(password) !== undefined) return this.#turnAway([''], no)
    const texts = textsOf(password)
    if (stored === null || stored === undefined) return this.#turnAway(texts, no)
    const hash = readHash(stored)
    if (hash === undefined) return this.#turnAway(texts, unreadable)
    return this.#judge(stored, hash, texts)
  }

  /**
   * A new hash of the password's NFKC form, by the configured choice. Knows no policy: `judgePassword`
   * comes first where a person chooses.
   *
   * @throws {Refusal} `password_unusable`, when the text can't be hashed whole; `overloaded`.
   */
  async hash(password: string): Promise<string> {
    const text = normalForm(password)
    const fault = faultOf(password) ?? (formatOf(this.#choice).takes(text) ? undefined : 'bcrypt')
    if (fault !== undefined) {
      throw new Refusal('password_unusable', { message: unusable[fault], fields: ['password'] })
    }
    const made = await this.#compute({ do: 'make', choice: this.#choice, password: text })
    if (typeof made !== 'string') throw new TypeError('The hash worker made no hash')
    return made
  }

  /** Tries every text even after a match, because the account may be refused for another reason. */
  async #judge(stored: string, hash: ReadableHash, texts: Texts): Promise<PasswordVerdict> {
    const verdicts: PasswordVerdict[] = []
    for (const text of texts) verdicts.push(await this.#judgeText(stored, hash, text, texts[0]))
    return verdicts.find(({ matches }) => matches) ?? verdicts.find(({ alarm }) => alarm) ?? no
  }

  async #judgeText(
    stored: string,
    { format, madeBy }: ReadableHash,
    password: string,
    normal: string,
  ): Promise<PasswordVerdict> {
    if (!format.takes(password)) return this.#turnAway([password], tooLong)
    const task: HashTask = { do: 'verify', format: format.name, stored, password }
    const answer = await this.#compute(task)
    if (answer === undefined) return unreadable
    if (answer !== true) return no
    const asWeMakeThem = madeBy === describeHashChoice(this.#choice) && password === normal
    // A password that the configured format does not take whole keeps the hash that it has.
    return { matches: true, outdated: !asWeMakeThem && formatOf(this.#choice).takes(normal) }
  }

  /** Costs what a wrong password costs. The answer is dropped, so that not even chance makes it a yes. */
  async #turnAway(texts: readonly string[], verdict: PasswordVerdict): Promise<PasswordVerdict> {
    const format = formatOf(this.#choice).name
    for (const password of texts) {
      await this.#compute({ do: 'verify', format, stored: this.#decoy, password })
    }
    return verdict
  }

  async #compute(task: HashTask): Promise<HashAnswer> {
    const answer = await this.#pool.run(task)
    this.#hashed += 1
    return answer
  }
}

const no: PasswordVerdict = { matches: false, outdated: false }
const tooLong: PasswordVerdict = { ...no, alarm: 'bcrypt_too_long' }
const unreadable: PasswordVerdict = { ...no, alarm: 'hash_unreadable' }

/** What to try, in order: our hashes are made from the NFKC form, imported ones from whatever was sent. */
type Texts = readonly [normal: string, ...asSent: string[]]

function textsOf(password: string): Texts {
  const normal = normalForm(password)
  return normal === password ? [normal] : [normal, password]
}

const unusable = {
  not_unicode: 'The password holds a character that is not valid Unicode',
  too_long: `The password is longer than ${maxPasswordBytes} bytes`,
  bcrypt:
    'The password is longer than 72 bytes or holds a NUL byte, which bcrypt can not tell apart from a shorter one',
}

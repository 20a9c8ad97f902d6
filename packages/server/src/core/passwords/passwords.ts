import { Refusal } from '../../errors.js'
import { type Tracing, untraced } from '../tracing.js'
import { formatOf, makeDecoy, type ReadableHash, readHash } from './formats.js'
import { describeHashChoice, type HashChoice } from './hash-choice.js'
import type { HashAnswer, HashPool, HashTask } from './hash-pool.js'
import { faultOf, maxPasswordBytes, normalForm } from './password-text.js'
import type { Turn } from './turn.js'
import { unreadableName } from './unreadable.js'

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

interface Dependencies {
  pool: HashPool
  choice: HashChoice
  tracing?: Tracing
}

/** Checks and makes password hashes. */
export class Passwords {
  readonly #pool: HashPool
  readonly #choice: HashChoice
  /** As what our own hashes are made by says. */
  readonly #madeBy: string
  readonly #tracing: Tracing
  readonly #decoy: ReadableHash
  #hashed = 0

  constructor({ pool, choice, tracing = untraced }: Dependencies) {
    this.#tracing = tracing
    this.#pool = pool
    this.#choice = choice
    this.#madeBy = describeHashChoice(choice)
    const decoy = readHash(makeDecoy(choice))
    if (decoy === undefined) throw new TypeError('Our own hashes can not be read')
    this.#decoy = decoy
  }

  /** How many hashes were computed so far, those against the decoy included. */
  get hashed(): number {
    return this.#hashed
  }

  /**
   * Does what leads to a password's check, and that, unless so many are at it that there will be no time
   * for one more: then nothing is done for it.
   *
   * @throws {Refusal} `overloaded`, `caller_gone`
   */
  admit<Result>(turn: Turn, work: () => Promise<Result>): Promise<Result> {
    return this.#pool.admit(turn, work)
  }

  /**
   * Judges a password against the stored hash; null and undefined stand for users that do not exist or
   * have no password. Whatever makes the answer no, the same number of hashes is computed (checklist
   * H07), so call this before anything else tells the cases apart.
   *
   * @param decoy a stored hash whose cost stands in for one that is not there or can't be read; by default
   *   one as we make them
   * @param turn whose it is, where a caller waits for it
   * @throws {Refusal} `overloaded`, when the hash can't be computed now; `caller_gone`.
   */
  async verify(
    stored: string | null | undefined,
    password: string,
    decoy?: string,
    turn?: Turn,
  ): Promise<PasswordVerdict> {
    const own = read(stored)
    const computed = own ?? read(decoy) ?? this.#decoy
    if (faultOf(password) !== undefined) {
      await this.#check(computed, '', turn)
      return no
    }
    const texts = textsOf(password)
    // Every text is tried even after a match, because the account may be refused for another reason. They wait together.
    const verdicts = await Promise.all(
      texts.map(async (text) => {
        const answer = await this.#check(computed, text, turn)
        // Of a decoy the answer is dropped, so that not even chance makes it a yes.
        return own === undefined ? no : this.#judge(own, answer, text, texts[0])
      }),
    )
    if (own === undefined && typeof stored === 'string') return unreadable
    return verdicts.find(({ matches }) => matches) ?? verdicts.find(({ alarm }) => alarm) ?? no
  }

  /**
   * A new hash of the password's NFKC form, by the configured choice. Knows no policy: `judgePassword`
   * comes first where a person chooses.
   *
   * @param turn whose it is, where a caller waits for it
   * @throws {Refusal} `password_unusable`, when the text can't be hashed whole; `overloaded`, `caller_gone`.
   */
  async hash(password: string, turn?: Turn): Promise<string> {
    const text = normalForm(password)
    const fault = faultOf(password) ?? (this.#takes(text) ? undefined : 'bcrypt')
    if (fault !== undefined) {
      throw new Refusal('password_unusable', { message: unusable[fault], fields: ['password'] })
    }
    const task: HashTask = { do: 'make', choice: this.#choice, password: text }
    const made = await this.#compute(task, this.#decoy.memory, turn)
    if (typeof made !== 'string') throw new TypeError('The hash worker made no hash')
    return made
  }

  /** What there is to say of a stored hash, and nothing that is in it. */
  describe(stored: string): { format: string; outdated: boolean } {
    const own = readHash(stored)
    if (own === undefined) return { format: unreadableName, outdated: false }
    return { format: own.format.name, outdated: own.madeBy !== this.#madeBy }
  }

  /** Whether nobody more can be let in for now. */
  get isFull(): boolean {
    return this.#pool.isFull
  }

  #judge(
    { format, madeBy }: ReadableHash,
    answer: HashAnswer,
    text: string,
    normal: string,
  ): PasswordVerdict {
    if (!format.takes(Buffer.from(text))) return tooLong
    if (answer === undefined) return unreadable
    if (answer !== true) return no
    const asWeMakeThem = madeBy === this.#madeBy && text === normal
    // A password that the configured format does not take whole keeps the hash that it has.
    return { matches: true, outdated: !asWeMakeThem && this.#takes(normal) }
  }

  #takes(text: string): boolean {
    return formatOf(this.#choice).takes(Buffer.from(text))
  }

  #check(
    { format, stored, memory }: ReadableHash,
    password: string,
    turn: Turn | undefined,
  ): Promise<HashAnswer> {
    return this.#compute({ do: 'verify', format: format.name, stored, password }, memory, turn)
  }

  async #compute(task: HashTask, memory: number, turn: Turn | undefined): Promise<HashAnswer> {
    const answer = await this.#tracing.within('latchkey.password', (span) =>
      this.#pool.run(task, memory, turn, () => span.happened('begun')),
    )
    this.#hashed += 1
    return answer
  }
}

function read(stored: string | null | undefined): ReadableHash | undefined {
  return typeof stored === 'string' ? readHash(stored) : undefined
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

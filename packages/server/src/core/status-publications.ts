import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { constants, deflate } from 'node:zlib'
import { Refusal } from '../errors.js'
import type { Instant } from '../store/schema.js'
import type { Clock } from './clock.js'
import type { Keys } from './keys.js'
import type { Measures } from './measures/measures.js'
import { signatureAlgorithms } from './signatures.js'
import type { StatusList, StatusLists } from './status-lists.js'

interface Dependencies {
  lists: StatusLists
  keys: Keys
  clock: Clock
  /** Learns what other processes have changed. */
  look: () => Promise<void>
  /** Seconds within which guards must know of a sign-out. */
  ttl: number
  measures: Pick<Measures, 'publications'>
}

/** A list as it is answered. */
export interface PublishedList {
  token: string
  etag: string
  /** Whole seconds for which nobody need ask again. */
  maxAge: number
}

interface Publication {
  token: string
  etag: string
  kid: string
  uri: string
  version: number
  /** When what it says was so. */
  asOf: Instant
  /** When it was last found to be right. */
  checkedAt: Instant
}

/**
 * The lists as signed tokens (draft-ietf-oauth-status-list section 5.1), made when they are asked
 * for and at most once in a while.
 */
export class StatusPublications {
  readonly #deps: Dependencies
  readonly #published = new Map<number, Publication>()
  readonly #renewing = new Map<number, Promise<Publication | undefined>>()

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  get uris(): string[] {
    const { lists } = this.#deps
    return lists.numbers.map((number) => lists.uriOf(number))
  }

  /** Whole seconds for which nobody need ask again which lists there are. */
  get maxAge(): number {
    return Math.floor(this.#renewEvery / 1000)
  }

  /**
   * @returns undefined where there is no such list
   * @throws Refusal `storage_unavailable` where what is known has become too old to be vouched for
   */
  async get(number: number): Promise<PublishedList | undefined> {
    const { lists, clock } = this.#deps
    // Whoever asks for lists that were never there costs no look at the database.
    if (lists.find(number) === undefined) return undefined
    const published = this.#published.get(number)
    const isFresh = published !== undefined && this.#isFresh(published, number)
    const found = isFresh ? published : await this.#renew(number)
    if (found === undefined) return undefined
    const now = clock()
    if (now >= found.asOf + life) {
      throw new Refusal('storage_unavailable', { message: 'The status lists are out of date' })
    }
    const left = found.checkedAt + this.#renewEvery - now
    return { token: found.token, etag: found.etag, maxAge: Math.max(0, Math.floor(left / 1000)) }
  }

  /** Two of these, one here and one at the guard that asks as often, are within the ttl. */
  get #renewEvery(): number {
    return Math.min(this.#deps.ttl * 400, 30_000)
  }

  #isFresh(publication: Publication, number: number): boolean {
    const now = this.#deps.clock()
    const age = now - publication.checkedAt
    const isRecent = age >= 0 && age < this.#renewEvery && now < publication.asOf + life
    return isRecent && this.#isOurs(publication, number)
  }

  /** A key that is retired takes what it has signed along. */
  #isOurs({ kid, uri }: Publication, number: number): boolean {
    return kid === this.#deps.keys.signing.kid && uri === this.#deps.lists.uriOf(number)
  }

  #renew(number: number): Promise<Publication | undefined> {
    const renewing =
      this.#renewing.get(number) ??
      this.#publish(number).finally(() => void this.#renewing.delete(number))
    this.#renewing.set(number, renewing)
    return renewing
  }

  async #publish(number: number): Promise<Publication | undefined> {
    const { lists, clock, look, measures } = this.#deps
    const checkedAt = clock()
    await look()
    for (const each of this.#published.keys()) {
      if (lists.find(each) === undefined) this.#published.delete(each)
    }
    const list = lists.find(number)
    if (list === undefined) return undefined
    const before = this.#published.get(number)
    const age = lists.knownAt - (before?.asOf ?? 0)
    const isYoung = before?.version === list.version && age >= 0 && age < signAnew
    const stands = before !== undefined && isYoung && this.#isOurs(before, number)
    const found = stands ? before : await this.#sign(number, list)
    measures.publications.add({ outcome: stands ? 'unchanged' : 'signed' })
    const publication = { ...found, checkedAt }
    this.#published.set(number, publication)
    return publication
  }

  async #sign(number: number, list: StatusList): Promise<Omit<Publication, 'checkedAt'>> {
    const { lists, keys, ttl } = this.#deps
    const { version } = list
    const asOf = lists.knownAt
    const uri = lists.uriOf(number)
    // A copy: the list goes on changing while another thread compresses it.
    const compressed = await compress(list.bytes.slice(), runs)
    const { kid, algorithm, key } = keys.signing
    const iat = Math.floor(asOf / 1000)
    const input = [
      { typ: 'statuslist+jwt', alg: algorithm, kid },
      {
        sub: uri,
        iat,
        exp: iat + life / 1000,
        ttl,
        status_list: { bits: 2, lst: compressed.toString('base64url') },
      },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const signature = signatureAlgorithms[algorithm].sign(Buffer.from(input), key)
    const token = `${input}.${signature.toString('base64url')}`
    const digest = createHash('sha256').update(token).digest('base64url')
    return { token, etag: `"${digest}"`, kid, uri, version, asOf }
  }
}

const compress = promisify(deflate)

/**
 * Of single bits there is little to be found but runs of zeros. Looking for nothing else takes a
 * fiftieth of the time of the highest level where a tenth is revoked, and makes a smaller list.
 */
const runs = { level: 9, strategy: constants.Z_RLE }

/** Milliseconds for which guards go on with a list when the server can not be reached. */
const life = 5 * 60 * 1000

/** Milliseconds after which a list is signed again although nothing has changed. */
const signAnew = 60 * 1000

import type { Claims, TokenStatus } from '@latchkey/guard'
import type { Store } from '../store/open.js'
import type { Instant, StatusListRow, StatusPlace } from '../store/schema.js'
import type { Identity } from './identity.js'

/** Places in a list; two bits each. */
export const listSize = 2 ** 20
const perByte = 4

export const revoked = 1
export const claimsChanged = 3

export interface StatusList {
  /** Full-size from birth (draft-ietf-oauth-status-list section 4.1: the first place is in the lowest bits). */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Goes up with each change. */
  version: number
}

interface Dependencies {
  store: Store
  identity: Identity
  /** Milliseconds: see `isSpent`; of sessions, those of clients that have no lifetime of their own. */
  longest: Longest
}

interface Longest {
  /** For which a process gives out places of a list that is full. */
  place: number
  session: number
  /** The leeway included. */
  token: number
}

/**
 * The Token Status Lists in memory, as the database has them. The change feed keeps them so: see
 * `revocations.ts`.
 */
export class StatusLists {
  readonly #deps: Dependencies
  readonly #lists = new Map<number, StatusList>()
  /** Of the lists that tokens have named, by their addresses under this issuer. */
  readonly #numbers = new Map<string, number>()
  #issuer = ''
  /** Asked for at each refresh. */
  #oldest = 0
  /** Since then, by this process's clock, nothing is known to have changed. */
  knownAt = 0 as Instant

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Reads the lists that are new, and drops those that are gone. */
  async load(): Promise<void> {
    const rows = await this.#deps.store.statusLists.list()
    const numbers = new Set(rows.map(({ number }) => number))
    for (const number of this.#lists.keys()) if (!numbers.has(number)) this.#lists.delete(number)
    this.#oldest = numbers.size > 0 ? Math.min(...numbers) : 0
    for (const number of numbers) if (!this.#lists.has(number)) await this.#loadOne(number)
  }

  /**
   * Takes lists out of use whose tokens have all expired, the oldest first, and deletes some of what
   * they held. @returns how many
   */
  async tidy(now: Instant, limit: number): Promise<number> {
    const { store, longest } = this.#deps
    const own = ((await store.clients.longestSession()) ?? 0) * 1000
    const bounds = { ...longest, session: Math.max(longest.session, own) }
    for (const row of await store.statusLists.list()) {
      if (!isSpent(row, now, bounds)) break
      await store.statusLists.remove(row.number)
    }
    return store.statusLists.tidy(limit)
  }

  get numbers(): number[] {
    return [...this.#lists.keys()].sort((one, other) => one - other)
  }

  /** They go in the order of their numbers: one that is not known here yet is not gone. */
  isGone(number: number): boolean {
    return number < this.#oldest
  }

  find(number: number): StatusList | undefined {
    return this.#lists.get(number)
  }

  /** What is revoked stays so, in whatever order changes are heard of. */
  set({ list: number, index }: StatusPlace, value: typeof revoked | typeof claimsChanged): void {
    const list = this.#lists.get(number)
    if (list === undefined || valueIn(list.bytes, index) === revoked) return
    if (valueIn(list.bytes, index) === value) return
    put(list.bytes, index, value)
    list.version++
  }

  /** What the lists say of a token, by the place that it names; all that they do not know is valid. */
  statusOf(claims: Claims): TokenStatus {
    const place = this.placeOf(claims)
    const list = place && this.#lists.get(place.list)
    const value = list === undefined ? 0 : valueIn(list.bytes, place?.index ?? 0)
    if (value === 0) return 'valid'
    return value === claimsChanged ? 'changed' : 'revoked'
  }

  /** Where a token that has been verified stands; undefined for one from before there were lists. */
  placeOf({ status }: Claims): StatusPlace | undefined {
    if (!isObject(status) || !isObject(status.status_list)) return undefined
    const { idx: index, uri } = status.status_list
    if (typeof uri !== 'string' || !isIndex(index)) return undefined
    const list = this.#numberOf(uri)
    return list === undefined ? undefined : { list, index }
  }

  /** The address of a list, which never changes. */
  uriOf(number: number): string {
    return `${this.#deps.identity.issuer}/status-lists/${number}`
  }

  /** Every guarded request asks for it, so what was read once is kept. */
  #numberOf(uri: string): number | undefined {
    const { issuer } = this.#deps.identity
    if (issuer !== this.#issuer) {
      this.#numbers.clear()
      this.#issuer = issuer
    }
    const known = this.#numbers.get(uri)
    if (known !== undefined) return known
    const number = Number(/\/status-lists\/([1-9]\d{0,8})$/.exec(uri)?.[1])
    if (uri !== this.uriOf(number)) return undefined
    if (this.#lists.has(number)) this.#numbers.set(uri, number)
    return number
  }

  async #loadOne(number: number): Promise<void> {
    const bytes = new Uint8Array(listSize / perByte)
    let from = 0
    for (;;) {
      const rows = await this.#deps.store.statusLists.statuses(number, from, atOnce)
      for (const { idx, value } of rows) put(bytes, idx, value)
      const last = rows.at(-1)
      if (last === undefined || rows.length < atOnce) break
      from = last.idx + 1
    }
    this.#lists.set(number, { bytes, version: 0 })
  }
}

/** Whether a token from this place is from before the claims of its session changed. */
export function isOutdated(
  session: { claimsChanged: boolean; place: StatusPlace | undefined },
  place: StatusPlace | undefined,
): boolean {
  if (session.claimsChanged) return true
  if (session.place === undefined || place === undefined) return false
  return session.place.list !== place.list || session.place.index !== place.index
}

/**
 * Whether no token can name a list any more that would be taken: the last of its places was given a
 * day after it was full at the latest, to a session that has lived its longest since, and its last
 * token with it.
 */
export function isSpent(
  { full_at: fullAt }: Pick<StatusListRow, 'full_at'>,
  now: Instant,
  longest: Longest,
): boolean {
  return fullAt !== null && now > fullAt + longest.place + longest.session + longest.token
}

/** Statuses read in one go, so that loading millions of them lets other work in between. */
const atOnce = 20_000

function valueIn(bytes: Uint8Array, index: number): number {
  return ((bytes[Math.floor(index / perByte)] ?? 0) >> shiftOf(index)) & 0b11
}

function put(bytes: Uint8Array, index: number, value: number): void {
  const at = Math.floor(index / perByte)
  const others = (bytes[at] ?? 0) & ~(0b11 << shiftOf(index))
  bytes[at] = others | (value << shiftOf(index))
}

function shiftOf(index: number): number {
  return (index % perByte) * 2
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isIndex(index: unknown): index is number {
  return Number.isSafeInteger(index)
}

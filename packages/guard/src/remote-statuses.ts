import type { Claims } from './claims.js'
import { download, type Network } from './download.js'
import { inflate } from './inflate.js'
import { type IssuerUrl, isOfIssuer } from './issuer-url.js'
import type { KeySource } from './jwks.js'
import type { TokenStatus } from './options.js'
import { joinLists, longestList, readStatusList, type StatusList, statusAt } from './status-list.js'
import { isObject } from './strict-json.js'

interface Dependencies {
  readonly issuer: IssuerUrl
  readonly network: Network
  readonly keys: KeySource
  /** In milliseconds. */
  readonly now: () => number
  /** In seconds. */
  readonly leeway: number
}

interface NamedList {
  held?: HeldList
}

interface HeldList {
  readonly list: StatusList
  readonly etag: string | undefined
}

/** The status lists of one issuer, in memory. */
export class RemoteStatuses {
  readonly #deps: Dependencies
  #lists: ReadonlyMap<string, NamedList> = new Map()

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * Says which lists there are from now on; those that were there before are kept.
   *
   * @returns whether one came with it
   */
  name(uris: readonly string[]): boolean {
    const before = this.#lists
    this.#lists = new Map(uris.map((uri) => [uri, before.get(uri) ?? {}]))
    return uris.some((uri) => !before.has(uri))
  }

  /**
   * Reads every list anew, a few at a time. One that can't be read stays as it is.
   *
   * @returns why, for each that could not be read
   */
  async refresh(): Promise<readonly Error[]> {
    const faults: Error[] = []
    const rest = this.#lists.entries()
    const lane = async () => {
      for (const [uri, named] of rest) {
        await this.#read(uri, named).catch((fault: Error) => faults.push(fault))
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    return faults
  }

  /**
   * What is known of a token. It must name a place in a list of its issuer: one that can't be revoked
   * doesn't pass.
   *
   * @param unheard is called for a list of the issuer that has not been named
   */
  status(claims: Claims, unheard: () => void): TokenStatus {
    const place = placeOf(claims)
    if (place === undefined) return 'revoked'
    const named = this.#lists.get(place.uri)
    if (named === undefined) {
      if (!isOfIssuer(this.#deps.issuer, place.uri)) return 'revoked'
      unheard()
    }
    const list = named?.held?.list
    if (list === undefined || list.expiresAt <= this.#deps.now() / 1000) return 'unknown'
    return statusAt(list, place.index)
  }

  /** Milliseconds from one reading to the next, with which a change is known within the lists' `ttl`. */
  get rest(): number {
    const rests = [...this.#lists.values()].map(({ held }) =>
      held ? restOf(held.list) : restWithoutList,
    )
    return Math.max(Math.min(longestRest, ...rests), shortestRest) * 1000
  }

  async #read(uri: string, named: NamedList): Promise<void> {
    const { network, now } = this.#deps
    const { held } = named
    named.held = await download<HeldList>(network, {
      url: uri,
      accept: 'application/statuslist+jwt',
      limit: longestList,
      held:
        held?.etag !== undefined && isLasting(held.list, now() / 1000)
          ? { etag: held.etag, content: held }
          : undefined,
      parse: async (bytes, etag) => {
        return { list: joinLists(held?.list, await this.#open(uri, bytes)), etag }
      },
    })
  }

  #open(uri: string, bytes: Uint8Array): Promise<StatusList> {
    const { keys, leeway, now } = this.#deps
    const terms = { uri, keys, now: now() / 1000, leeway, inflate }
    return readStatusList(new TextDecoder().decode(bytes), terms)
  }
}

/** How many lists are read at once. */
const lanes = 4

/** In seconds. */
const restWithoutList = 2
const shortestRest = 0.2
const longestRest = 60

/**
 * In seconds. What the server publishes may be two fifths of the `ttl` old, and two fifths later it is
 * read: the last fifth is for the way. A list that says so little before it expires is read in time.
 */
function restOf({ ttl, expiresAt, issuedAt }: StatusList): number {
  return Math.min((ttl * 2) / 5, (expiresAt - issuedAt) / 4)
}

/** "Not modified" keeps a list with the `exp` that it has, so half of that must be left. */
function isLasting({ expiresAt, issuedAt }: StatusList, now: number): boolean {
  return expiresAt - now > (expiresAt - issuedAt) / 2
}

interface Place {
  readonly uri: string
  readonly index: number
}

/** The claim `status` of a token (draft-ietf-oauth-status-list, "Status Claim"). */
function placeOf({ status }: Claims): Place | undefined {
  const named = isObject(status) ? status.status_list : undefined
  if (!isObject(named)) return undefined
  const { uri, idx: index } = named
  if (typeof uri !== 'string' || typeof index !== 'number') return undefined
  return Number.isSafeInteger(index) && index >= 0 ? { uri, index } : undefined
}

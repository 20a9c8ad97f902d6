import type { Algorithm } from './algorithms.js'
import { download, type Network } from './download.js'
import type { IssuerUrl } from './issuer-url.js'
import type { KeySource } from './jwks.js'
import type { Jwk, VerificationKey } from './keys.js'
import { type Places, readAggregation, readMetadata } from './metadata.js'
import { RemoteKeys } from './remote-keys.js'

/** Where a guard's keys, and the names of the status lists, come from. */
export interface IssuerSource {
  readonly keys: KeySource
  /** @throws Error (by rejection) that says what could not be read; what was read before is kept */
  read(): Promise<IssuerNews>
  /** Whether the keys have not been read for so long that they may be others by now. */
  keysAreTooOld(): boolean
}

export interface IssuerNews {
  readonly hasNewKey: boolean
  readonly statusLists: readonly string[]
}

interface DiscoveryOptions {
  readonly issuer: IssuerUrl
  readonly network: Network
  readonly allowed: readonly Algorithm[]
  /** Throws for a key that is not to be used. */
  readonly importJwk: (jwk: Jwk, algorithm: Algorithm) => VerificationKey
  /** In milliseconds. */
  readonly now: () => number
}

/** An issuer whose metadata says where everything is (RFC 8414). */
export class DiscoveredIssuer implements IssuerSource {
  readonly #options: DiscoveryOptions
  readonly #keys: RemoteKeys
  #keysReadAt = Number.NEGATIVE_INFINITY

  constructor(options: DiscoveryOptions) {
    this.#options = options
    this.#keys = new RemoteKeys(options.allowed, options.importJwk)
  }

  readonly keys: KeySource = (kid, alg) => this.#keys.find(kid, alg)

  async read(): Promise<IssuerNews> {
    const { issuer, network } = this.#options
    const places = await download(network, {
      url: issuer.metadata,
      accept: 'application/json',
      limit: 64 * 1024,
      anew: true,
      parse: (bytes) => readMetadata(bytes, issuer),
    })
    const keys = this.#readKeys(places)
    const names = readNames(network, issuer, places.statusLists)
    // Both are over before either fails, so that nothing is read twice at a time.
    await Promise.allSettled([keys, names])
    return { hasNewKey: await keys, statusLists: await names }
  }

  keysAreTooOld(): boolean {
    return this.#options.now() - this.#keysReadAt >= keysHoldFor
  }

  async #readKeys({ keys: url }: Places): Promise<boolean> {
    const { network, now } = this.#options
    const hasNewKey = await download(network, {
      url,
      accept: 'application/jwk-set+json, application/json',
      limit: 256 * 1024,
      anew: true,
      parse: (bytes) => this.#keys.take(bytes),
    })
    this.#keysReadAt = now()
    return hasNewKey
  }
}

interface NamedListsOptions {
  readonly issuer: IssuerUrl
  readonly network: Network
  readonly keys: KeySource
  /** The URL at which the status lists are named. */
  readonly statusLists: string
}

/** An issuer of which a guard has the keys already. */
export class NamedLists implements IssuerSource {
  readonly #options: NamedListsOptions
  readonly keys: KeySource

  constructor(options: NamedListsOptions) {
    this.#options = options
    this.keys = options.keys
  }

  async read(): Promise<IssuerNews> {
    const { issuer, network, statusLists } = this.#options
    return { hasNewKey: false, statusLists: await readNames(network, issuer, statusLists) }
  }

  keysAreTooOld(): boolean {
    return false
  }
}

/**
 * Keys are published five minutes or more before they sign (`LATCHKEY_KEY_PUBLISH_AHEAD`), so up to
 * that age a set has all that are in use. Lists hold for as long.
 */
const keysHoldFor = 5 * 60_000

function readNames(network: Network, issuer: IssuerUrl, url: string): Promise<readonly string[]> {
  return download(network, {
    url,
    accept: 'application/json',
    limit: 64 * 1024,
    parse: (bytes) => readAggregation(bytes, issuer),
  })
}

import type { Algorithm } from './algorithms.js'
import type { Claims } from './claims.js'
import { DiscoveredIssuer, NamedLists } from './issuer-source.js'
import { isOfIssuer, issuerUrl } from './issuer-url.js'
import type { KeySource } from './jwks.js'
import type { Jwk, VerificationKey } from './keys.js'
import type { TokenStatus } from './options.js'
import { RemoteIssuer } from './remote-issuer.js'
import type { Schedule } from './schedule.js'

/** Options of a guard that asks its issuer over the network. */
export interface NetworkOptions {
  /** Another `fetch` than the platform's. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** Told of each reason why the issuer can't be read, once for as long as it lasts: for a log. */
  readonly onFault?: ((fault: Error) => void) | undefined
}

/** Where a guard's keys and revocations come from. */
export interface Sources {
  readonly keys: KeySource
  readonly status: (claims: Claims) => TokenStatus
  /** The issuer, if it is asked over the network. */
  readonly remote: RemoteIssuer | undefined
}

interface Given extends NetworkOptions {
  readonly issuer?: unknown
  readonly status?: ((claims: Claims) => TokenStatus) | undefined
  readonly statusLists?: string | undefined
}

interface Terms {
  /** Those that the options hold. */
  readonly keys: KeySource | undefined
  /** Of tokens that go out of use: the lists may be signed by them as well. */
  readonly previousKeys: KeySource | undefined
  readonly allowed: () => readonly Algorithm[]
  readonly importJwk: (jwk: Jwk, algorithm: Algorithm) => VerificationKey
  readonly now: () => number
  readonly leeway: number
  readonly schedule: Schedule
}

/** @throws TypeError for options that are wrong or do not go together */
export function sourcesOf(given: Given, terms: Terms): Sources {
  assertKinds(given)
  const { keys } = terms
  if (keys !== undefined && given.statusLists === undefined) {
    assertNotAsked(given)
    return { keys, status: given.status ?? (() => 'valid'), remote: undefined }
  }
  if (given.status !== undefined) {
    throw new TypeError('status goes with keys, jwks or secret, and not with statusLists')
  }
  const remote = keys === undefined ? discover(given, terms) : watchLists(given, keys, terms)
  return { keys: keys ?? remote.keys, status: remote.status, remote }
}

type Asking = Pick<Terms, 'now' | 'leeway' | 'schedule' | 'previousKeys'>

function discover(given: Given, terms: Terms): RemoteIssuer {
  if (given.statusLists !== undefined) {
    throw new TypeError('statusLists goes with keys, jwks or secret: else the metadata names them')
  }
  const asked = askedIssuer(given, terms)
  const { importJwk } = terms
  const source = new DiscoveredIssuer({ ...asked, allowed: terms.allowed(), importJwk })
  return new RemoteIssuer({ ...asked, source })
}

function watchLists(given: Given, keys: KeySource, terms: Asking): RemoteIssuer {
  const asked = askedIssuer(given, terms)
  const { statusLists = '' } = given
  if (!isOfIssuer(asked.issuer, statusLists)) {
    throw new TypeError("statusLists is a URL under the issuer's")
  }
  return new RemoteIssuer({ ...asked, source: new NamedLists({ ...asked, keys, statusLists }) })
}

/** What is needed to ask an issuer, whatever it is asked for. */
function askedIssuer(given: Given, { now, leeway, schedule, previousKeys }: Asking) {
  if (typeof given.issuer !== 'string') throw new TypeError('an issuer that is asked is a string')
  const issuer = issuerUrl(given.issuer)
  // Looked up at each call, as whoever instruments it expects.
  const fetch: typeof globalThis.fetch =
    given.fetch ?? ((input, init) => globalThis.fetch(input, init))
  const onFault = given.onFault ?? (() => {})
  return { issuer, network: { fetch, schedule }, now, leeway, onFault, previousKeys }
}

function assertKinds({ fetch, onFault, status, statusLists }: Given): void {
  for (const [name, value] of Object.entries({ fetch, onFault, status })) {
    if (value !== undefined && typeof value !== 'function') {
      throw new TypeError(`${name} is a function`)
    }
  }
  if (statusLists !== undefined && typeof statusLists !== 'string') {
    throw new TypeError('statusLists is a URL')
  }
}

function assertNotAsked({ fetch, onFault }: Given): void {
  if (fetch !== undefined || onFault !== undefined) {
    throw new TypeError('fetch and onFault go with an issuer alone, or with statusLists')
  }
}

import type { Algorithm } from './algorithms.js'
import { type Claims, type TokenType, typeOf } from './claims.js'
import { type Decryption, type DecryptionOptions, decryptionOf } from './decryption.js'
import { type Addressing, type Expectations, expectationsOf } from './expectations.js'
import { asymmetricOf, keysOf } from './given-keys.js'
import type { JwkSet, KeySource } from './jwks.js'
import { importKey } from './keys.js'
import { type PreviousOptions, previousOf } from './previous.js'
import type { RemoteIssuer } from './remote-issuer.js'
import {
  type ProtectedResource,
  protectedResourceOf,
  type ResourceMetadata,
} from './resource-metadata.js'
import type { Schedule } from './schedule.js'
import { knownScopes } from './scopes.js'
import type { SignaturePlatform } from './signature.js'
import { type Signers, signersOf } from './signers.js'
import { type NetworkOptions, sourcesOf } from './sources.js'

/** What a source of revocations says of a token; `unknown` makes the guard answer 503. */
export type TokenStatus = 'valid' | 'revoked' | 'changed' | 'unknown'

interface CommonOptions extends DecryptionOptions {
  /** `at+jwt` (the default) for tokens by RFC 9068, `JWT` for those of other applications. */
  readonly typ?: TokenType | undefined
  /** Seconds by which clocks may differ: 30 by default, 300 at most. */
  readonly leeway?: number | undefined
  /** The algorithms that may be used; by default those of the keys. */
  readonly algorithms?: readonly Algorithm[] | undefined
  /** The scopes that this API knows: a route that asks for another does not compile, and throws. */
  readonly scopes?: readonly string[] | undefined
  /** What the API tells of itself (RFC 9728), in the names of that RFC: at least its URL as `resource`. */
  readonly resourceMetadata?: ResourceMetadata | undefined
  /**
   * How many verified tokens are remembered: 50,000 by default, 100,000 at most, 0 for none. On Node those by
   * HS256 are from the second time on, because to verify one costs less than to keep it.
   */
  readonly cacheSize?: number | undefined
  /** Milliseconds since 1970: `Date.now` by default. */
  readonly now?: (() => number) | undefined
}

/**
 * A guard that finds keys and status lists by the metadata of its issuer, a URL, and keeps them fresh
 * in the background.
 */
export interface IssuerOptions extends CommonOptions, NetworkOptions, Succession {
  readonly issuer: string
  /** Whom the tokens must be for: one of these, letter by letter. */
  readonly audience: Addressing['audience']
}

/** A guard by keys that takes over from one by a shared secret. */
interface Succession {
  /**
   * The options of a guard by a shared secret, whose tokens pass beside those by keys until they are
   * over. Revocation is checked where they are the issuer's own. Take it away a token's life later.
   */
  readonly previous?: PreviousOptions | undefined
}

/** How a guard learns of revocations that does not find them by itself. */
interface RevocationOptions extends NetworkOptions {
  /** Asked for every token, seen before or not. Without it revocation is not checked. */
  readonly status?: ((claims: Claims) => TokenStatus) | undefined
  /**
   * In place of `status`: the URL at which the issuer names its status lists. They are kept fresh in
   * the background; the issuer is then a URL, too.
   */
  readonly statusLists?: string | undefined
}

interface AddressedOptions extends CommonOptions, RevocationOptions, Addressing, Succession {}

/** A guard with a source of keys of its own, which is asked for every token. */
export interface KeySourceOptions extends AddressedOptions {
  readonly keys: KeySource
}

/** A guard with a fixed JWK Set. */
export interface JwksOptions extends AddressedOptions {
  readonly jwks: JwkSet
}

/** A guard that shares a secret of 32 bytes or more with whoever signs. */
export interface SecretOptions extends CommonOptions, RevocationOptions, Partial<Addressing> {
  readonly secret: string | Uint8Array
  readonly algorithms: readonly ['HS256']
}

/** Where a guard has its keys from: its issuer, a source of one's own, a key set, or a shared secret. */
export type GuardOptions = IssuerOptions | KeySourceOptions | JwksOptions | SecretOptions

/** Options that have been checked and completed. */
export interface Policy {
  readonly signers: Signers
  /** `undefined`: encrypted tokens are refused. */
  readonly decryption: Decryption | undefined
  readonly leeway: number
  readonly cacheSize: number
  readonly now: () => number
  /** The issuer, if it is asked over the network. */
  readonly remote: RemoteIssuer | undefined
  /** The scopes that may be asked for; any where it is not said. */
  readonly scopes: readonly string[] | undefined
  readonly resource: (() => ProtectedResource) | undefined
}

/** @throws TypeError for options that are unknown, missing, wrong, or do not go together */
export function checkOptions(
  platform: SignaturePlatform,
  options: GuardOptions,
  schedule: Schedule,
): Policy {
  const given: GivenOptions = options
  if (typeof given !== 'object' || given === null) throw new TypeError('createGuard takes options')
  assertNamesKnown(given)
  const type = typeOf(given.typ)
  const expectations = expectationsOf(given, type, given.secret !== undefined)
  const previous = previousOf(platform, given)
  const leeway = numberOr(given.leeway, 30, 300, 'leeway')
  const now = functionOr(given.now, Date.now, 'now')
  const sources = sourcesOf(given, {
    keys: keysOf(platform, given),
    previousKeys: previous?.keys,
    allowed: () => asymmetricOf(given.algorithms),
    importJwk: (jwk, algorithm) => importKey(platform, jwk, algorithm),
    now,
    leeway,
    schedule,
  })
  const cacheSize = numberOr(given.cacheSize, 50_000, 100_000, 'cacheSize')
  const decryption = decryptionOf(given)
  const scopes = knownScopes(given.scopes)
  const resource = resourceOf(given, expectations, scopes)
  const { keys, status, remote } = sources
  const signers = signersOf(
    { keys, type, expectations, status },
    previous && { ...previous, status: remote?.ownStatus ?? status },
  )
  return { signers, decryption, leeway, cacheSize, now, remote, scopes, resource }
}

function resourceOf(
  { resourceMetadata }: GivenOptions,
  expectations: () => Expectations,
  scopes: readonly string[] | undefined,
): Policy['resource'] {
  if (resourceMetadata === undefined) return undefined
  return protectedResourceOf(resourceMetadata, { issuer: () => expectations().issuer, scopes })
}

/** What a caller without types may have left out, or given too much of. */
type GivenOptions = Partial<
  AddressedOptions &
    Pick<KeySourceOptions, 'keys'> &
    Pick<JwksOptions, 'jwks'> &
    Pick<SecretOptions, 'secret'>
>

const optionNames: ReadonlySet<string> = new Set<keyof GivenOptions>([
  'keys',
  'jwks',
  'secret',
  'issuer',
  'audience',
  'algorithms',
  'decryptionKey',
  'allowSigned',
  'typ',
  'leeway',
  'scopes',
  'resourceMetadata',
  'status',
  'statusLists',
  'fetch',
  'onFault',
  'cacheSize',
  'now',
  'previous',
])

function assertNamesKnown(given: GivenOptions): void {
  for (const name of Object.keys(given)) {
    if (!optionNames.has(name)) {
      throw new TypeError(
        `createGuard has no option ${name}; it has ${[...optionNames].join(', ')}`,
      )
    }
  }
}

function functionOr<F extends (...parameters: never[]) => unknown>(
  given: F | undefined,
  otherwise: F,
  name: string,
): F {
  if (given !== undefined && typeof given !== 'function')
    throw new TypeError(`${name} is a function`)
  return given ?? otherwise
}

function numberOr(
  given: number | undefined,
  otherwise: number,
  most: number,
  name: string,
): number {
  const value = given ?? otherwise
  if (typeof value !== 'number' || !(value >= 0 && value <= most)) {
    throw new TypeError(`${name} is a number from 0 to ${most}`)
  }
  return value
}

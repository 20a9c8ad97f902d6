/**
 * What a server under attack asks for in place of a wait: proof of work in the open form of ALTCHA (PoW v2, with
 * PBKDF2). Loaded only when one asks.
 */

/**
 * @returns what to send with the next attempt; undefined where it can't be done here, or is too much
 * @throws what `signal` says
 */
export async function solve(
  challenge: unknown,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const parameters = parametersOf(challenge)
  if (parameters === undefined || globalThis.crypto?.subtle === undefined) return undefined
  const { cost, keyPrefix } = parameters
  const most = Math.min(patience * 16 ** keyPrefix.length, mostWork / cost)
  for (let first = 0; first < most; first += atOnce) {
    signal?.throwIfAborted()
    const counters = Array.from({ length: atOnce }, (_, at) => first + at)
    const keys = await Promise.all(counters.map((counter) => derive(parameters, counter)))
    const at = keys.findIndex((key) => key.startsWith(keyPrefix))
    if (at >= 0) {
      const solution = { counter: counters[at], derivedKey: keys[at] }
      return btoa(JSON.stringify({ challenge, solution }))
    }
  }
  return undefined
}

interface Parameters {
  readonly cost: number
  readonly keyLength: number
  /** In hex, as the others. */
  readonly keyPrefix: string
  readonly nonce: string
  readonly salt: string
}

/** In hex. The platform computes it beside the page, which goes on meanwhile. */
async function derive(parameters: Parameters, counter: number): Promise<string> {
  const { cost: iterations, keyLength, nonce, salt } = parameters
  const { subtle } = globalThis.crypto
  const tried = bytesOf(nonce + counter.toString(16).padStart(8, '0'))
  const key = await subtle.importKey('raw', tried, 'PBKDF2', false, ['deriveBits'])
  const way = { name: 'PBKDF2', hash: 'SHA-256', salt: bytesOf(salt), iterations }
  return hexOf(await subtle.deriveBits(way, key, 8 * keyLength))
}

function parametersOf(challenge: unknown): Parameters | undefined {
  const { algorithm, cost, keyLength, keyPrefix, nonce, salt } = membersOf(
    membersOf(challenge).parameters,
  )
  const isKnown =
    algorithm === 'PBKDF2/SHA-256' &&
    isCount(cost, mostWork) &&
    isCount(keyLength, 64) &&
    isHex(keyPrefix, 6) &&
    isHex(nonce, 128) &&
    isHex(salt, 128)
  return isKnown ? { cost, keyLength, keyPrefix, nonce, salt } : undefined
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function isCount(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= most
}

function isHex(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length <= longest && /^[0-9a-f]+$/.test(value)
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function hexOf(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Derivations: a device has as many cores. */
const atOnce = 4
/** Times the tries that it takes on average: one in 160,000 needs more. */
const patience = 12
/** Iterations: some ten seconds on a slow phone. */
const mostWork = 30_000_000

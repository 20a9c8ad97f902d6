import type { Algorithm } from './algorithms.js'
import { type TokenType, typeOf } from './claims.js'
import { type Addressing, expectationsOf } from './expectations.js'
import { keysOfSecret } from './given-keys.js'
import type { SignaturePlatform } from './signature.js'
import type { Signer } from './signers.js'

/** The options of a guard by a shared secret, when another one takes over from it. */
export interface PreviousOptions extends Partial<Addressing> {
  readonly secret: string | Uint8Array
  readonly algorithms: readonly ['HS256']
  /** `at+jwt` (the default) or `JWT`, as its tokens have it. */
  readonly typ?: TokenType | undefined
}

interface Given {
  readonly previous?: PreviousOptions | undefined
  readonly secret?: unknown
  readonly algorithms?: readonly Algorithm[] | undefined
}

/**
 * Whose tokens pass until they are over, if there is somebody; what becomes of their status is for
 * others to say.
 *
 * @throws TypeError for options that are wrong or do not go together
 */
export function previousOf(
  platform: SignaturePlatform,
  { previous, secret, algorithms }: Given,
): Omit<Signer, 'status'> | undefined {
  if (previous === undefined) return undefined
  if (secret !== undefined || algorithms?.includes('HS256')) {
    throw new TypeError('previous goes with keys of other algorithms than HS256')
  }
  assertNamesKnown(previous)
  const type = typeOf(previous.typ)
  const keys = keysOfSecret(platform, previous.secret, previous.algorithms)
  return { keys, type, expectations: expectationsOf(previous, type, true) }
}

function assertNamesKnown(previous: unknown): void {
  if (typeof previous !== 'object' || previous === null) {
    throw new TypeError('previous is an object of options')
  }
  for (const name of Object.keys(previous)) {
    if (!optionNames.has(name)) {
      throw new TypeError(`previous has no option ${name}; it has ${[...optionNames].join(', ')}`)
    }
  }
}

const optionNames: ReadonlySet<string> = new Set<keyof PreviousOptions>([
  'secret',
  'algorithms',
  'typ',
  'issuer',
  'audience',
])

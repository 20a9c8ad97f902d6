import type { Origin } from '../audit.js'
import { networkOf } from '../network.js'

/** Whose hash it is, so that nobody's many keep others waiting. */
export interface Turn {
  readonly network: string
  /** As it was typed: it need not be anybody's. */
  readonly name: string
  /** Fires when the caller has hung up: nobody hears the answer then. */
  readonly signal?: AbortSignal | undefined
}

/** Of what has no caller from outside: the command line, and what the server does by itself. */
export const ownTurn: Turn = { network: '', name: '' }

export function turnOf({ address = '', signal }: Origin, name: string): Turn {
  return { network: networkOf(address) ?? address, name, signal: signal?.() }
}

/**
 * What this server tells everybody of its tokens. Every address is made of the server's own and a number, so that
 * nothing of a token that somebody looks at is ever sent.
 */

import type { Jwk } from '@latchkey/guard'
import { serverUrl } from '../session/client.js'
import { checked } from './problem.js'

export interface Issuer {
  readonly name: string
  /** A JWK Set's `keys`. */
  readonly keys: readonly Jwk[]
  /** Milliseconds by which the server's clock is ahead of this one; zero within two seconds. */
  readonly ahead: number
}

export async function readIssuer(): Promise<Issuer> {
  const [metadata, jwks] = await Promise.all([
    read('.well-known/oauth-authorization-server'),
    read('.well-known/jwks.json'),
  ])
  const ahead = aheadOf(metadata.headers.get('date'), Date.now())
  const { issuer } = await metadata.json()
  const { keys } = await jwks.json()
  return { name: issuer, keys, ahead }
}

/** A status list, as the token that it is. */
export async function readStatusList(number: number): Promise<string> {
  const answer = await read(`status-lists/${number}`)
  return answer.text()
}

async function read(path: string): Promise<Response> {
  const answer = await fetch(serverUrl + path, {
    // What is in a cache is looked at again: it may say what was so five minutes ago.
    cache: 'no-cache',
    credentials: 'omit',
    redirect: 'error',
    signal: AbortSignal.timeout(patience),
  })
  return checked(answer)
}

/** Milliseconds. */
const patience = 10_000

/** The header has no parts of a second, and the answer was on its way. */
function aheadOf(date: string | null, now: number): number {
  const ahead = Date.parse(date ?? '') - now
  return Math.abs(ahead) > 2000 ? ahead : 0
}

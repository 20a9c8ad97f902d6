import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'

/** One request, by whichever door it came. */
export interface Exchange {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface Answer {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly body: Buffer
}

export type Handler = (exchange: Exchange) => Promise<Answer>

/** A request, or the answer to it, did not arrive. */
export class Lost extends Error {
  constructor() {
    super('Lost on the way, as the test has asked for')
    this.name = 'Lost'
  }
}

/** Which requests are meant: of a kind, or by their path. */
export type Target = 'sign-in' | 'refresh' | 'sign-out' | `/${string}`

/** Whether this is one of those; of any kind if none is named. */
export function isMeant(exchange: Exchange, target: Target | undefined): boolean {
  const [path] = exchange.path.split('?', 1)
  return (
    target === undefined || target === path || target === kindOf(exchange.method, path, exchange)
  )
}

function kindOf(method: string, path: string | undefined, { body }: Exchange): Target | undefined {
  if (method !== 'POST') return undefined
  if (path === '/revoke') return 'sign-out'
  if (path !== '/token' && path !== '/oauth/token') return undefined
  const grant = new URLSearchParams(body.toString()).get('grant_type') ?? 'password'
  return grants[grant]
}

const grants: Readonly<Record<string, Target>> = {
  password: 'sign-in',
  refresh_token: 'refresh',
}

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { deflateSync } from 'node:zlib'
import type { Clock } from './clock.js'
import { audience, encode, mint, type Signer, signers } from './tokens.js'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export const paths = {
  metadata: '/.well-known/oauth-authorization-server',
  keys: '/.well-known/jwks.json',
  lists: '/status-lists',
  list: '/status-lists/0',
} as const

const places = 4096

/** An issuer on loopback that does what Latchkey does, until it is told to do something else. */
export class FakeIssuer {
  readonly clock: Clock
  /** The path of each request, in the order in which they came. */
  readonly calls: string[] = []
  readonly requests: IncomingMessage[] = []
  /** What is answered in place of the usual, by path. */
  readonly answers = new Map<string, Answer>()
  readonly lists: Uint8Array[] = [new Uint8Array(places / 4)]
  keys: Signer[] = [signers.EdDSA]
  /** Seconds. */
  listTtl = 5
  listLife = 300
  #server: Server | undefined
  #port = 0

  private constructor(clock: Clock) {
    this.clock = clock
  }

  static async start(clock: Clock): Promise<FakeIssuer> {
    const issuer = new FakeIssuer(clock)
    await issuer.start()
    return issuer
  }

  /** At the same port as before, if there was one. */
  async start(): Promise<void> {
    const server = createServer((request, response) => this.#answer(request, response))
    this.#server = server
    server.listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('it listens at no port')
    this.#port = address.port
  }

  async stop(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get signer(): Signer {
    const [current] = this.keys
    if (current === undefined) throw new Error('there is no key')
    return current
  }

  /** How often a path was asked for. */
  callsOf(path: string): number {
    return this.calls.filter((called) => called === path).length
  }

  /** A token whose place is `index` of the first list, or of another. */
  token(index: number, claims: object = {}, signer: Signer = this.signer): string {
    const now = this.clock.now() / 1000
    return mint(signer, {
      iss: this.url,
      aud: audience,
      iat: now,
      exp: now + 1800,
      status: { status_list: { idx: index, uri: `${this.url}${paths.list}` } },
      ...claims,
    })
  }

  mark(index: number, value: number, list = 0): void {
    const bytes = this.lists[list]
    const byte = bytes?.[index >> 2]
    if (bytes === undefined || byte === undefined) throw new Error('there is no such place')
    bytes[index >> 2] = (byte & ~(3 << ((index & 3) * 2))) | (value << ((index & 3) * 2))
  }

  /** A list as it is now; `undefined` takes a member away. */
  listToken(
    number: number,
    claims: object = {},
    header: object = {},
    signer = this.signer,
  ): string {
    const now = Math.floor(this.clock.now() / 1000)
    const lst = encode(deflateSync(this.lists[number] ?? new Uint8Array()))
    const head = { alg: signer.algorithm, kid: signer.kid, typ: 'statuslist+jwt', ...header }
    const body = {
      sub: `${this.url}/status-lists/${number}`,
      iat: now,
      exp: now + this.listLife,
      ttl: this.listTtl,
      status_list: { bits: 2, lst },
      ...claims,
    }
    const input = `${encode(JSON.stringify(head))}.${encode(JSON.stringify(body))}`
    return `${input}.${encode(signer.sign(input))}`
  }

  get metadata(): Record<string, unknown> {
    return {
      issuer: this.url,
      jwks_uri: `${this.url}${paths.keys}`,
      status_list_aggregation_endpoint: `${this.url}${paths.lists}`,
    }
  }

  get jwks(): { keys: Record<string, unknown>[] } {
    return {
      keys: this.keys.map(({ jwk, kid, algorithm }) => ({
        ...jwk,
        kid,
        alg: algorithm,
        use: 'sig',
      })),
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? ''
    this.calls.push(path)
    this.requests.push(request)
    const answer = this.answers.get(path) ?? this.#usual(path)
    answer(request, response)
  }

  #usual(path: string): Answer {
    if (path === paths.metadata) return json(this.metadata)
    if (path === paths.keys) return json(this.jwks)
    if (path === paths.lists) {
      return json({
        status_lists: this.lists.map((_, number) => `${this.url}/status-lists/${number}`),
      })
    }
    const number = Number(path.match(/^\/status-lists\/(\d+)$/)?.[1] ?? Number.NaN)
    return this.lists[number] === undefined ? text('', 404) : this.#usualList(number)
  }

  #usualList(number: number): Answer {
    const minute = Math.floor(this.clock.now() / 60_000)
    const etag = `"${minute}-${encode(deflateSync(this.lists[number] ?? new Uint8Array()))}"`
    return (request, response) => {
      response.setHeader('etag', etag)
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end()
      else response.end(this.listToken(number))
    }
  }
}

export function json(value: unknown): Answer {
  return text(JSON.stringify(value))
}

export function text(body: string | Uint8Array, status = 200): Answer {
  return (_request, response) => void response.writeHead(status).end(body)
}

import { absolute } from './origin.js'

/** A request that the app wants sent with its token. */
export class GuardedRequest {
  readonly url: string
  /** Whether it can be sent again: a stream can be read once. */
  readonly isRepeatable: boolean
  readonly signal: AbortSignal | null | undefined
  readonly #input: string | Request
  readonly #init: RequestInit
  readonly #headers: HeadersInit | undefined

  /** @param base for relative URLs */
  constructor(input: string | URL | Request, init: RequestInit, base: string) {
    const request = isRequest(input) ? input : undefined
    this.url = absolute(request?.url ?? String(input), base)
    this.isRepeatable =
      init.body == null ? request === undefined || hasNoBody(request) : !isStream(init.body)
    this.signal = init.signal ?? request?.signal
    this.#input = request ?? this.url
    this.#init = init
    this.#headers = init.headers ?? request?.headers
  }

  send(fetch: typeof globalThis.fetch, accessToken: string): Promise<Response> {
    const headers = new Headers(this.#headers)
    headers.set('authorization', `Bearer ${accessToken}`)
    return fetch(this.#input, { ...this.#init, headers })
  }
}

function isRequest(input: string | URL | Request): input is Request {
  return typeof input === 'object' && 'headers' in input
}

/** Not every platform shows the body of a request. */
function hasNoBody({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** Node takes whatever can be iterated over time. */
function isStream(body: unknown): boolean {
  const isWebStream = typeof ReadableStream !== 'undefined' && body instanceof ReadableStream
  return isWebStream || (typeof body === 'object' && body !== null && Symbol.asyncIterator in body)
}

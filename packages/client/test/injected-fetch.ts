import type { TestServer } from '../../server/test/test-server.js'

/** What happens to a request on its way; a promise holds its answer back, or changes it. */
export type Fault = 'lost request' | 'lost answer' | Response | Promise<Response | undefined>

/** A `fetch` that calls a server in this process. */
export class InjectedFetch {
  /** Paths that were asked for, in order. */
  readonly asked: string[] = []
  /** Taken one a request to `/oauth/token` and `/revoke`. */
  readonly faults: Fault[] = []
  readonly #server: TestServer

  constructor(server: TestServer) {
    this.#server = server
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, { ...init, redirect: 'manual' })
    const { pathname, search } = new URL(request.url)
    this.asked.push(pathname)
    const isDoor = pathname === '/oauth/token' || pathname === '/revoke'
    const fault = isDoor ? this.faults.shift() : undefined
    if (fault instanceof Response) return fault
    if (fault === 'lost request') throw new TypeError('fetch failed')
    const answer = await this.#server.app.inject({
      method: request.method as 'GET' | 'POST',
      url: pathname + search,
      headers: Object.fromEntries(request.headers),
      payload: await request.text(),
    })
    const instead = await fault
    if (instead instanceof Response) return instead
    if (fault === 'lost answer') throw new TypeError('fetch failed')
    return new Response(answer.body, {
      status: answer.statusCode,
      headers: Object.entries(answer.headers).map(([name, value]): [string, string] => [
        name,
        String(value),
      ]),
    })
  }

  /** How often the token endpoint was asked. */
  get tokenRequests(): number {
    return this.asked.filter((path) => path === '/oauth/token').length
  }
}

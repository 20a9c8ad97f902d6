import { AuthError } from './auth-error.js'

/**
 * Where the access token may go. A token in the wrong hands is a session in the wrong hands, so without
 * a list it goes where the app itself sends a request, but never over a line that others can read; with
 * `apis` it goes to these and to the server alone, whatever URL a page is talked into.
 */
export class AllowedUrls {
  readonly #own: string
  readonly #listed: ReadonlySet<string> | undefined

  constructor(url: URL, apis: readonly string[] | undefined) {
    this.#own = url.origin
    this.#listed = apis && new Set(apis.map((api) => new URL(api).origin))
  }

  /** @throws AuthError `url_not_allowed` */
  check(url: URL): void {
    if (url.origin === this.#own) return
    const isAllowed = this.#listed ? this.#listed.has(url.origin) : isConfidential(url)
    if (isAllowed) return
    throw new AuthError('url_not_allowed', `The access token may not go to ${url.origin}`)
  }
}

/** https, or a machine talking to itself. */
export function isConfidential({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && loopback.test(hostname))
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

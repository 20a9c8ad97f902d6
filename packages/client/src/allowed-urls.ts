import { AuthError } from './auth-error.js'
import { absolute, isConfidential, originOf } from './origin.js'

/**
 * Where the access token may go. A token in the wrong hands is a session in the wrong hands, so without
 * a list it goes where the app itself sends a request, but never over a line that others can read; with
 * `apis` it goes to these and to the server alone, whatever URL a page is talked into.
 */
export class AllowedUrls {
  readonly #own: string | undefined
  readonly #listed: ReadonlySet<string | undefined> | undefined

  constructor(url: string, apis: readonly string[] | undefined) {
    this.#own = originOf(url)
    this.#listed = apis && new Set(apis.map((api) => originOf(absolute(api))))
  }

  /** @throws AuthError `url_not_allowed` */
  check(url: string): void {
    const origin = originOf(url)
    if (origin !== undefined && this.#has(origin)) return
    throw new AuthError('url_not_allowed', `The token may not go to ${origin ?? url}`)
  }

  #has(origin: string): boolean {
    if (origin === this.#own) return true
    return this.#listed ? this.#listed.has(origin) : isConfidential(origin)
  }
}

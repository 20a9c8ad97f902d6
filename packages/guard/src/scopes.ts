/**
 * Checks the scopes that a route asks for (RFC 6749 section 3.3), which also makes them safe in a
 * header.
 *
 * @throws TypeError for what is no scope: empty, or with a space, a quote or a backslash in it
 */
export function assertScopes(scopes: readonly string[]): void {
  for (const scope of scopes) {
    if (typeof scope !== 'string' || !scopeToken.test(scope)) {
      throw new TypeError(`${JSON.stringify(scope)} is no scope: see RFC 6749 section 3.3`)
    }
  }
}

const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

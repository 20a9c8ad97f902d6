/**
 * Checks the scopes that a route asks for (RFC 6749 section 3.3), which also makes them safe in a
 * header.
 *
 * @throws TypeError for what is no scope: empty, or with a space, a quote or a backslash in it; and
 * for one that is not among those `known`
 */
export function assertScopes(
  scopes: readonly string[],
  known: readonly string[] | undefined,
): void {
  for (const scope of scopes) {
    if (typeof scope !== 'string' || !scopeToken.test(scope)) {
      throw new TypeError(`${JSON.stringify(scope)} is no scope: see RFC 6749 section 3.3`)
    }
    if (known !== undefined && !known.includes(scope)) {
      throw new TypeError(
        `${scope} is none of the scopes that this guard knows: ${known.join(', ')}`,
      )
    }
  }
}

/** @throws TypeError for what is no number of seconds within which somebody can have signed in */
export function assertMaxAge(maxAge: number): void {
  if (!Number.isSafeInteger(maxAge) || maxAge < 0) {
    throw new TypeError('maxAge is a whole number of seconds')
  }
}

/**
 * The scopes that an API knows, of the options of its guard.
 *
 * @throws TypeError for what is no list of scopes
 */
export function knownScopes(given: readonly string[] | undefined): readonly string[] | undefined {
  if (given === undefined) return undefined
  if (!Array.isArray(given)) throw new TypeError('scopes is an array of scopes')
  assertScopes(given, undefined)
  return Object.freeze([...given])
}

const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

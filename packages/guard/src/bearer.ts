import { noCredentials, severalCredentials } from './refusal.js'

/**
 * The token in a request's Authorization headers, given as they were sent, one entry a header.
 * An empty one is answered as it is: no token, but credentials all the same.
 *
 * @throws Refusal if there is no bearer token, or more than one set of credentials (RFC 6750
 * section 3.1; checklist B19)
 */
export function bearerToken(authorization: readonly string[]): string {
  const token = bearerTokenIfAny(authorization)
  if (token === undefined) throw noCredentials()
  return token
}

/**
 * The same, but `undefined` if there is no bearer token.
 *
 * @throws Refusal if there is more than one set of credentials
 */
export function bearerTokenIfAny(authorization: readonly string[]): string | undefined {
  const [credentials, another] = authorization
  if (credentials === undefined) return undefined
  if (another !== undefined) throw severalCredentials()
  if (!scheme.test(credentials)) {
    // Several headers arrive here as one, joined by commas, where a platform joins them.
    if (secondCredentials.test(credentials.replace(quotedString, '""'))) throw severalCredentials()
    return undefined
  }
  if (credentials.includes(',')) throw severalCredentials()
  return credentials.slice('bearer'.length).trim()
}

/** The Authorization headers of a web `Request`, which joins several into one. */
export function authorizationOf({ headers }: Request): readonly string[] {
  const joined = headers.get('authorization')
  return joined === null ? [] : [joined]
}

/**
 * Every Authorization header among a Node request's `rawHeaders`. Of two, Node shows the first alone
 * in `headers`, and the `headersDistinct` that would show both takes all headers apart.
 */
export function authorizationHeaders(rawHeaders: readonly string[]): readonly string[] {
  const found: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const { [at]: name, [at + 1]: value } = rawHeaders
    if (name?.length !== 13 || name.toLowerCase() !== 'authorization') continue
    if (value !== undefined) found.push(value)
  }
  return found
}

const scheme = /^bearer(?: |$)/i

/** After a comma a scheme and what belongs to it, not one more `name=value` of a Digest. */
const secondCredentials = /,\s*[\w!#$%&'*+.^`|~-]+ +[^\s=,]/

const quotedString = /"(?:[^"\\]|\\.)*"/g

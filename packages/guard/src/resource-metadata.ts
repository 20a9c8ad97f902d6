import { plainUrl } from './issuer-url.js'

/** Protected resource metadata, in the names of RFC 9728 section 2. */
export interface ResourceMetadata {
  /** The API's own URL, as its clients know it. */
  readonly resource: string
  readonly authorization_servers?: readonly string[] | undefined
  readonly scopes_supported?: readonly string[] | undefined
  readonly bearer_methods_supported?: readonly string[] | undefined
  readonly resource_name?: string | undefined
  readonly resource_documentation?: string | undefined
  readonly resource_policy_uri?: string | undefined
  readonly resource_tos_uri?: string | undefined
  readonly [name: string]: unknown
}

/** What an API tells of itself, and where (RFC 9728 section 3). */
export interface ProtectedResource {
  /** Where clients look for it: what challenges name. */
  readonly url: string
  /** The path of `url`: the route to serve `metadata` at, as JSON. */
  readonly path: string
  readonly metadata: ResourceMetadata
}

interface Known {
  readonly issuer: () => string | undefined
  readonly scopes: readonly string[] | undefined
}

/**
 * Makes a function that tells what `given` says, completed by what a guard knows itself.
 *
 * @throws TypeError if `resource` is no URL of an API: https, or http on loopback, and no more than a path
 */
export function protectedResourceOf(
  given: ResourceMetadata,
  known: Known,
): () => ProtectedResource {
  if (typeof given !== 'object' || given === null || typeof given.resource !== 'string') {
    throw new TypeError('resourceMetadata is an object whose resource is the URL of the API')
  }
  const url = wellKnown(given.resource)
  return () => {
    const issuer = known.issuer()
    const metadata = {
      ...(issuer !== undefined && { authorization_servers: [issuer] }),
      ...(known.scopes !== undefined && { scopes_supported: known.scopes }),
      bearer_methods_supported: ['header'],
      ...given,
    }
    return { url: url.href, path: url.pathname, metadata }
  }
}

/** RFC 9728 section 3.1: between the host and the path, which loses the slash that it ends with. */
function wellKnown(resource: string): URL {
  const url = plainUrl(resource, 'a resource')
  const path = url.pathname.replace(/\/$/, '')
  return new URL(`/.well-known/oauth-protected-resource${path}`, url.origin)
}

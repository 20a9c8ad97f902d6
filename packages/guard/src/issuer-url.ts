/** An issuer at whose URL a guard may look for itself. */
export interface IssuerUrl {
  /** As it was given, and as its tokens and its metadata must name it. */
  readonly name: string
  /** What everything of this issuer begins with; ends in a slash. */
  readonly base: string
  /** RFC 8414 section 3.1: the well-known part goes before the path of the issuer. */
  readonly metadata: string
}

/**
 * Reads an issuer that is to be asked over the network (RFC 8414 section 2; checklist C08).
 *
 * @throws TypeError for what is no https URL (http is enough on loopback), or has a query, a
 * fragment or credentials
 */
export function issuerUrl(name: string): IssuerUrl {
  const url = plainUrl(name, 'an issuer')
  const path = url.pathname.replace(/\/$/, '')
  return {
    name,
    base: `${url.origin}${path}/`,
    metadata: `${url.origin}/.well-known/oauth-authorization-server${path}`,
  }
}

/**
 * Reads the URL of `what`, an issuer or an API.
 *
 * @throws TypeError for what is no https URL (http is enough on loopback), or has a query, a
 * fragment or credentials
 */
export function plainUrl(text: string, what: string): URL {
  const url = parse(text)
  if (url === undefined || /[?#]/.test(text) || hasCredentials(url)) {
    throw new TypeError(`${what} is a URL without query, fragment and credentials`)
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new TypeError(`${what} has https, or http on loopback`)
  }
  return url
}

/**
 * Whether a URL is of this issuer: its scheme, host and port, and below its path. What stands there
 * is controlled by who signs the tokens, and nothing else is ever asked.
 */
export function isOfIssuer({ base }: IssuerUrl, text: string): boolean {
  const url = parse(text)
  // Dots in the path are resolved in `href`, so a text that begins well can't lead elsewhere.
  return url?.href.startsWith(base) === true && !hasCredentials(url) && url.hash === ''
}

function parse(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

function hasCredentials({ username, password }: URL): boolean {
  return username !== '' || password !== ''
}

/** `URL` has brought other spellings of an address to these. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}

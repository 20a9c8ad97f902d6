/** @throws TypeError for what is no address */
export function absolute(address: string, base?: string): string {
  if (hasWholeUrl()) return new URL(address, base).href
  const origin = /^\/(?!\/)/.test(address) && originOf(base ?? '')
  return origin ? origin + address : address
}

/**
 * Where an address leads, up to its path; `undefined` for all that is not http or https.
 *
 * By a pattern, because on React Native a `URL` may have no parts. A narrow one: what it takes, every
 * platform sends to the same host. No user is in it, and nothing that some take for a slash.
 */
export function originOf(address: string): string | undefined {
  return pattern.exec(address)?.[0].toLowerCase()
}

/** https, or a machine talking to itself. */
export function isConfidential(origin: string): boolean {
  return confidential.test(origin)
}

const pattern = /^https?:\/\/(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?(?=[/?#]|$)/i
const confidential = /^(?:https:|http:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::|$))/

/** React Native's joins what it should replace, and adds slashes to the end. */
function hasWholeUrl(): boolean {
  try {
    return new URL('/b', 'https://a/c').href === 'https://a/b'
  } catch {
    return false
  }
}

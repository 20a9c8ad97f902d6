/** Whether a claim's name has a meaning in tokens, here or at those who read them (checklist A07). */
export function isReserved(name: string): boolean {
  return reserved.has(name)
}

/** Names that are claims for those who look at tokens; a URL keeps one's own apart from all others. */
export const claimName = /^[\w.:/#-]{1,128}$/

const reserved: ReadonlySet<string> = new Set([
  // RFC 7519 section 4.1, RFC 9068 section 2.2 and RFC 8693 section 4: who, for whom, how long, and how.
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'client_id', 'scope', 'scp', 'sid'],
  ...['auth_time', 'amr', 'acr', 'azp', 'act', 'may_act', 'cnf', 'typ', 'nonce'],
  // draft-ietf-oauth-status-list, RFC 9396, and what OpenID Connect binds tokens together by.
  ...['status', 'status_list', 'authorization_details', 'at_hash', 'c_hash', 's_hash', 'events'],
  // RFC 7662 section 2.2: members of an answer that shows the claims beside them.
  ...['active', 'token_type', 'username'],
  // Names that make another object of one that is read carelessly.
  ...['__proto__', 'constructor', 'prototype'],
])

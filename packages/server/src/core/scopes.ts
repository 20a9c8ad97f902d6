import { Refusal } from '../errors.js'

/** Scopes with a meaning of their own here; every other is the operator's. */
export const builtInScopes: ReadonlyMap<string, string> = new Map([
  ['account', 'Manage your own account'],
  ['admin', 'Administer users, sessions, clients and keys'],
  ['introspect', 'Ask about any token'],
])

/** Never granted unless asked for by name (contract, section 3; checklist A08). */
const onlyByName: ReadonlySet<string> = new Set(['admin', 'introspect'])

/** Whether a token holds it only where it was asked for. */
export function isOnlyByName(scope: string): boolean {
  return onlyByName.has(scope)
}

const scopeToken = /^[\x21\x23-\x5B\x5D-\x7E]{1,64}$/

/** What a user may have: their own account, and what was granted to them. */
export function scopesOfUser({ scopes }: { scopes: string }): string[] {
  return scopes === '' ? ['account'] : parseScope(`account ${scopes}`)
}

/**
 * The scopes of a new token (RFC 6749 section 3.3): all that are allowed but those that must be
 * named, or exactly what was asked for.
 *
 * @throws Refusal `scope_not_allowed` if anything asked for is not allowed
 */
export function grantScopes(asked: string | undefined, allowed: readonly string[]): string[] {
  if (asked === undefined) return allowed.filter((scope) => !onlyByName.has(scope))
  if (scopesBeyond(asked, allowed).length > 0) {
    throw new Refusal('scope_not_allowed', {
      message: 'A requested scope is not defined, or not one that this user and client may have',
    })
  }
  return parseScope(asked)
}

/** Those that are asked for and not allowed. */
export function scopesBeyond(asked: string | undefined, allowed: readonly string[]): string[] {
  return parseScope(asked ?? '').filter((scope) => !allowed.includes(scope))
}

/** The scopes that are in one list and not in the other. */
export function changedScopes(before: readonly string[], after: readonly string[]): string[] {
  const lost = before.filter((scope) => !after.includes(scope))
  return [...lost, ...after.filter((scope) => !before.includes(scope))].sort()
}

/**
 * Whether a session's next token would be another when these scopes of its user or client change.
 *
 * @param held what it was opened with; null where it follows what user and client have
 * @param others the scopes of the one of user and client that stays as it is; undefined for all
 */
export function concerns(
  changed: readonly string[],
  held: string | null,
  others: readonly string[] | undefined,
): boolean {
  const mayHold = held === null ? undefined : parseScope(held)
  return changed.some(
    (scope) =>
      (others === undefined || others.includes(scope)) &&
      (mayHold === undefined ? !onlyByName.has(scope) : mayHold.includes(scope)),
  )
}

/** Sorted, each once: the form that is stored and signed. */
export function parseScope(text: string): string[] {
  return [...new Set(text.split(' ').filter((scope) => scope !== ''))].sort()
}

/**
 * Checks scopes that an operator grants.
 *
 * @param defined the operator's own scopes; empty where they defined none, and any will do
 * @throws Refusal `scope_not_allowed` for one that is misspelt, or no scope token (RFC 6749 section 3.3)
 */
export function checkGrantable(
  scopes: readonly string[],
  defined: ReadonlyMap<string, string>,
): void {
  for (const scope of scopes) {
    if (!scopeToken.test(scope)) {
      throw new Refusal('scope_not_allowed', {
        message: `${JSON.stringify(scope)} can not be the name of a scope: that is one word of 1 to 64 printable ASCII characters`,
      })
    }
    if (defined.size === 0 || defined.has(scope) || builtInScopes.has(scope)) continue
    const names = [...builtInScopes.keys(), ...defined.keys()].join(', ')
    throw new Refusal('scope_not_allowed', {
      message: `The scope ${JSON.stringify(scope)} is not defined; the scopes are ${names}`,
    })
  }
}

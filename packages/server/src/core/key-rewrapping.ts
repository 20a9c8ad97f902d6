import type { Rewrapping } from '../store/keys.js'
import type { Store } from '../store/open.js'
import { auditEntry, system } from './audit.js'
import type { Clock } from './clock.js'
import type { KeyWrap } from './key-wrap.js'
import { refreshKeyContext } from './refresh-keys.js'
import { signingKeyContext } from './signing-key.js'

/**
 * Brings every key that is under the previous master secret under the present one, in one unit: after
 * it the previous one opens nothing, and nobody has been signed out.
 */
export async function rewrapKeys(store: Store, wrap: KeyWrap, clock: Clock): Promise<void> {
  // Several processes may do it at once; whoever is second finds it done at the next look.
  for (;;) {
    const wrapped = await keysUnderPrevious(store, wrap)
    if (wrapped.length === 0) return
    const rewrappings = wrapped.map(({ context, ...key }) => ({
      ...key,
      to: wrap.wrap(wrap.unwrap(key.from, context), context),
    }))
    const detail = { keys: rewrappings.length }
    const event = auditEntry('keys_rewrapped', clock(), system, { detail })
    if (await store.keys.rewrap(rewrappings, event)) return
  }
}

/** What needs the previous master secret still. */
export async function keysUnderPrevious(
  store: Store,
  wrap: KeyWrap,
): Promise<(Omit<Rewrapping, 'to'> & { context: string })[]> {
  const signing = (await store.keys.list()).map((row) => ({
    table: 'signing_keys' as const,
    id: row.kid,
    from: row.wrapped_private_key,
    context: signingKeyContext(row),
  }))
  const refresh = (await store.refreshKeys.list()).map((row) => ({
    table: 'refresh_keys' as const,
    id: row.id,
    from: row.wrapped_key,
    context: refreshKeyContext(row.id),
  }))
  return [...signing, ...refresh].filter(({ from }) => wrap.secretOf(from) === 'previous')
}

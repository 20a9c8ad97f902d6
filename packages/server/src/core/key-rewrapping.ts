import type { Rewrapping } from '../store/keys.js'
import type { MailRewrapping } from '../store/mails.js'
import type { Store } from '../store/open.js'
import { auditKeyContext } from './audit/keys.js'
import { auditEntry, system } from './audit.js'
import type { Clock } from './clock.js'
import type { KeyWrap } from './key-wrap.js'
import { mailContext } from './outbox.js'
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

/** The same for the mails that are not sent, some at a time: there can be thousands. */
export async function rewrapMails(store: Store, wrap: KeyWrap): Promise<void> {
  for await (const wrapped of mailsUnderPrevious(store, wrap)) {
    await store.mails.rewrap(
      wrapped.map(({ id, from }) => ({
        id,
        from,
        to: wrap.wrap(wrap.unwrap(from, mailContext(id)), mailContext(id)),
      })),
    )
  }
}

/** Some at a time; one that comes to be due earlier meanwhile may be left out. */
export async function* mailsUnderPrevious(
  { mails }: Store,
  { previousPrefix: prefix }: KeyWrap,
): AsyncGenerator<Pick<MailRewrapping, 'id' | 'from'>[]> {
  if (prefix === undefined) return
  for (const state of ['queued', 'kept'] as const) {
    let after: string | undefined
    do {
      const { rows, next } = await mails.wrappedLike(prefix, state, someMails, after)
      const wrapped = rows.flatMap(({ id, wrapped_values: from }) =>
        from === null ? [] : { id, from },
      )
      if (wrapped.length > 0) yield wrapped
      after = next ?? undefined
    } while (after !== undefined)
  }
}

const someMails = 500

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
  const audit = (await store.auditKeys.list()).map((row) => ({
    table: 'audit_keys' as const,
    id: row.id,
    from: row.wrapped_key,
    context: auditKeyContext(row.id),
  }))
  return [...signing, ...refresh, ...audit].filter(({ from }) => wrap.secretOf(from) === 'previous')
}

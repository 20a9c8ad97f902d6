import { ask } from '../../api/ask.js'
import type { ListPage } from './pages.js'

/** A signing key as admins see it: never its private half. */
export interface KeyRecord {
  readonly kid: string
  readonly alg: string
  readonly state: 'pending' | 'signing' | 'verifying' | 'over' | 'retired'
  readonly created_at: string
  readonly signs_from: string
  /** When the last token that it has signed is over; null while no key follows it. */
  readonly verifies_until: string | null
  readonly retired_at: string | null
}

/** In the order in which they sign; none where a shared secret does. */
export async function listKeys(signal: AbortSignal): Promise<readonly KeyRecord[]> {
  const page: ListPage<KeyRecord> = await (await ask('GET', 'admin/keys', { signal })).json()
  return page.items
}

/** @param now whether it signs at once, whoever has seen it */
export async function rotateKey(now: boolean): Promise<KeyRecord> {
  return (await ask('POST', 'admin/keys', { body: { now } })).json()
}

/** All its tokens are refused from then on. */
export async function retireKey(kid: string): Promise<void> {
  await ask('DELETE', `admin/keys/${encodeURIComponent(kid)}`)
}

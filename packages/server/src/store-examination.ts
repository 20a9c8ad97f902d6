import { attempt } from './attempt.js'
import type { Check, Depth } from './store/database.js'
import type { Store } from './store/open.js'

/** The database, and its replica where there is one. */
export async function examineStore(store: Store, depth: Depth): Promise<Check[]> {
  const checks = await attempt('database', () => store.examine(depth))
  if ('verdict' in checks) return [checks]
  const found = [...checks, ...(await examineReplica(store))]
  return found.map((each) => ({ ...each, check: `${store.engine} ${each.check}` }))
}

/** It may be away: then its reads go to the database itself. */
async function examineReplica(store: Store): Promise<Check[]> {
  const found = await attempt('replica', () => store.examineReplica())
  if (!('verdict' in found)) return found
  return [{ ...found, verdict: 'warns', detail: `away, and done without: ${found.detail}` }]
}

import type { KeptHead } from './core/audit/chain.js'
import type { AuditVerdict } from './core/audit/verification.js'
import { explain } from './explain.js'
import type { Latchkey } from './latchkey.js'
import type { Check } from './store/database.js'

/** Milliseconds. A server seals within ten seconds. */
const longestUnsealed = 60_000

/**
 * Whether the audit log is what was written.
 *
 * @param reach `kept`: a head that `latchkey doctor` printed before; `newest`: of no more seals than these
 */
export async function examineAudit(
  { audit, store }: Latchkey,
  reach: { kept?: KeptHead | undefined; newest?: number },
): Promise<Check[]> {
  const check = 'audit log'
  try {
    const verdict = await audit.verification.verify(reach)
    const now = await store.changes.now()
    return [...judgement(verdict), ...lag(verdict, now)].map((each) => ({ check, ...each }))
  } catch (error) {
    const detail = `its seals can not be verified here: ${explain(error)}`
    return [{ check, verdict: 'fails', detail }]
  }
}

type Judgement = Omit<Check, 'check'>

function judgement({ faults, moreFaults, ...verdict }: AuditVerdict): Judgement[] {
  const fails = (detail: string): Judgement => ({ verdict: 'fails', detail })
  if (faults.length > 0) {
    return [...faults.map(fails), ...(moreFaults > 0 ? [fails(`and ${moreFaults} more`)] : [])]
  }
  const { seals, entries, head } = verdict
  if (head === undefined) return [{ verdict: 'holds', detail: 'nothing is sealed yet' }]
  const counts = `${entries} ${entries === 1 ? 'entry' : 'entries'} under ${seals} ${seals === 1 ? 'seal' : 'seals'}`
  return [{ verdict: 'holds', detail: `${counts}; the head is ${head.number}:${head.mac}` }]
}

function lag({ unsealedSince }: AuditVerdict, now: number): Judgement[] {
  if (unsealedSince === undefined || now - unsealedSince <= longestUnsealed) return []
  const since = new Date(unsealedSince).toISOString()
  const detail = `entries since ${since} have no seal`
  const remedy = 'a server that runs gives them one within 10 s'
  return [{ verdict: 'warns', detail, remedy }]
}

import { Refusal } from '../../errors.js'
import type { Instant, UserId } from '../../store/schema.js'
import { candidateOf } from './candidate.js'
import type { IncomingRecord } from './incoming.js'
import type { Judged } from './sift.js'

/**
 * Who a record's user becomes, as far as the record alone decides.
 *
 * @param id of who brings none along
 */
export function judge(
  record: IncomingRecord,
  now: Instant,
  definedScopes: ReadonlyMap<string, string>,
  id: UserId,
): Judged {
  const { at, nth, source } = record
  if ('fault' in record) return { at, nth, why: record.fault, source }
  if ('passedOver' in record) return { at, nth, passedOver: record.passedOver }
  const { user, losses = [] } = record
  try {
    return { at, nth, source, losses, ...candidateOf(user, now, definedScopes, id) }
  } catch (error) {
    if (error instanceof Refusal) return { at, nth, why: error.message, source }
    throw error
  }
}

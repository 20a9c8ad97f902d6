import type { IncomingRecord } from '../core/user-import/incoming.js'
import { Refusal } from '../errors.js'
import { type Choices, chosen } from './choices.js'
import type { Raw, RawRecord } from './raw.js'
import type { Reading, System } from './systems/system.js'

/** Names of the file's own, by what they are called here. */
type Renames = readonly (readonly [name: string, column: string])[]

/** Whom a record of a system's holds, or why nobody. */
export function incomingRecord(
  record: RawRecord,
  system: System,
  options: Choices & Reading,
  renames: Renames = [],
): IncomingRecord {
  const { at, nth } = record
  if ('fault' in record) return { at, nth, fault: record.fault }
  try {
    const own = withoutReason(record.raw)
    const raw = renamed(system.unwrap?.(own) ?? own, renames)
    const found = system.read(raw, options)
    if ('passedOver' in found) return { at, nth, passedOver: found.passedOver }
    return { at, nth, user: chosen(found.user, options), losses: found.losses ?? [] }
  } catch (error) {
    if (error instanceof Refusal) return { at, nth, fault: error.message }
    throw error
  }
}

function renamed(raw: Raw, renames: Renames): Raw {
  const present = renames.filter(([, column]) => column in raw)
  if (present.length === 0) return raw
  const own: Record<string, unknown> = { ...raw }
  for (const [, column] of present) delete own[column]
  for (const [name, column] of present) own[name] = raw[column]
  return own
}

/** Why a record was left out of an import before is no part of it. */
function withoutReason(raw: Raw): Raw {
  if (!('left_out' in raw)) return raw
  const { left_out: _, ...own } = raw
  return own
}

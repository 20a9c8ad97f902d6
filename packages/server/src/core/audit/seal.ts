import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { SealHead } from '../../store/audit-seals.js'
import type { AuditRow, AuditSealRow, Instant } from '../../store/schema.js'
import type { MacKey } from '../mac-keys.js'

interface Sealing {
  entries: readonly AuditRow[]
  /** Undefined for the first seal of all. */
  previous: SealHead | undefined
  /** Milliseconds for which the log is kept at this time; null for ever. */
  keptFor: number | null
  now: Instant
}

/** The next seal of the chain. @param key the newest */
export function makeSeal(
  { entries, previous, keptFor, now }: Sealing,
  { id: key_id, key }: MacKey,
): AuditSealRow {
  const latest = entries.reduce((time, { at }) => Math.max(time, at), previous?.latest_at ?? 0)
  const seal = {
    number: (previous?.number ?? 0) + 1,
    entries: entries.length,
    digests: entries.map((entry) => `${entry.id}:${digestOf(entry, key)}`).join(' '),
    latest_at: latest as Instant,
    previous_mac: previous?.mac ?? '',
    previous_latest_at: previous?.latest_at ?? null,
    kept_for: keptFor,
    created_at: now,
    key_id,
  }
  return { ...seal, mac: macOf(seal, key) }
}

/** Whether a seal is as it was made. */
export function isGenuine(seal: AuditSealRow, key: KeyObject): boolean {
  const [given, due] = [Buffer.from(seal.mac), Buffer.from(macOf(seal, key))]
  return given.length === due.length && timingSafeEqual(given, due)
}

/** What a seal holds: the digest of each entry, by its id. */
export function digestsIn({ digests }: Pick<AuditSealRow, 'digests'>): Map<string, string> {
  const pairs = digests.split(' ').map((pair): [string, string] => {
    const at = pair.lastIndexOf(':')
    return [pair.slice(0, at), pair.slice(at + 1)]
  })
  return new Map(pairs)
}

/** Of every field. By it a seal says which entry was changed. */
export function digestOf(entry: AuditRow, key: KeyObject): string {
  const mac = createHmac('sha256', key).update('latchkey audit entry v1\n')
  return mac.update(encoded(entryFields, entry)).digest('base64url').slice(0, digestLength)
}

function macOf(seal: Omit<AuditSealRow, 'mac'>, key: KeyObject): string {
  const mac = createHmac('sha256', key).update('latchkey audit seal v1\n')
  return mac.update(encoded(sealFields, seal)).digest('base64url')
}

/** 128 bits in base64url. */
const digestLength = 22

/** In this order for ever: a column that is added makes a second version of the form. */
const entryFields = keysOf<AuditRow>({
  id: true,
  at: true,
  event: true,
  user_id: true,
  session_id: true,
  client_id: true,
  actor: true,
  address: true,
  request_id: true,
  detail: true,
})

const sealFields = keysOf<Omit<AuditSealRow, 'mac'>>({
  number: true,
  entries: true,
  digests: true,
  latest_at: true,
  previous_mac: true,
  previous_latest_at: true,
  kept_for: true,
  created_at: true,
  key_id: true,
})

function keysOf<Row>(all: Readonly<Record<keyof Row & string, true>>): (keyof Row & string)[] {
  return Object.keys(all) as (keyof Row & string)[]
}

/** Each with its length before it, so that no two rows are spelled alike. */
function encoded<Row>(fields: readonly (keyof Row)[], row: Row): string {
  return fields.map((field) => spelled(row[field])).join('')
}

function spelled(value: unknown): string {
  if (value === null) return '-'
  const text = String(value)
  return `${Buffer.byteLength(text)}:${text}`
}

import type { UserId } from '../../store/schema.js'
import type { TakenNames } from '../../store/user-imports.js'
import type { Candidate } from './candidate.js'
import { numberOf, type RecordPlace } from './incoming.js'
import { counted, type ImportReport, type LeftOut } from './report.js'

/** Where names and addresses of a file are found again, however many there are. */
export interface SeenNames {
  /** Of some names, those that a record has brought, and the number of the last that did. */
  find(names: readonly string[]): ReadonlyMap<string, number>
  /** Names with the numbers of their records. */
  add(names: ReadonlyMap<string, number>): void
}

/** A record for which the file alone has decided. */
export type Judged = JudgedUser | LeftOut | (RecordPlace & { readonly passedOver: string })

export type JudgedUser = Candidate &
  Pick<LeftOut, 'at' | 'nth' | 'source'> & { readonly losses: readonly string[] }

/** What becomes of some records. */
export interface Sifted {
  fresh: JudgedUser[]
  present: number
  leftOut: LeftOut[]
  passedOver: string[]
  /** Of those who are users from now on, and the numbers of their records. */
  names: Map<string, number>
}

interface Before {
  /** What the database holds of the records' names. */
  taken: TakenNames
  /** Of these records' names, those that one before has brought. */
  seen: ReadonlyMap<string, number>
  /** Of records up to this number nobody remembers whether they became users. */
  unsureUpTo: number
}

/**
 * New users, those who are there, and what is left out. A record that is left out keeps no name: a later
 * one of the same name is judged by itself.
 */
export function sift(records: readonly Judged[], before: Before): Sifted {
  const sifted: Sifted = { fresh: [], present: 0, leftOut: [], passedOver: [], names: new Map() }
  for (const record of records) {
    if ('passedOver' in record) sifted.passedOver.push(record.passedOver)
    else if ('row' in record) sort(record, sifted, before)
    else sifted.leftOut.push(record)
  }
  return sifted
}

/** A report, with what has become of some more records. */
export function sumOf(before: ImportReport, look: Sifted): ImportReport {
  const { fresh, present, leftOut, passedOver } = look
  return {
    imported: before.imported + fresh.length,
    present: before.present + present,
    leftOut: before.leftOut + leftOut.length,
    passedOver: counted(before.passedOver, passedOver),
    formats: counted(
      before.formats,
      fresh.map(({ format }) => format),
    ),
    losses: counted(
      before.losses,
      fresh.flatMap(({ losses }) => losses),
    ),
  }
}

function sort(user: JudgedUser, sifted: Sifted, { taken, seen, unsureUpTo }: Before): void {
  const { at, nth, source } = user
  const names = namesOf(user)
  const isPresent = taken.users.has(user.row.username_key)
  const whyNot = isPresent ? undefined : whyTaken(user, taken)
  const earlier = names
    .map((name) => sifted.names.get(name) ?? seen.get(name))
    .find(
      (number) =>
        number !== undefined && (number > unsureUpTo || isPresent || whyNot !== undefined),
    )
  const why = earlier === undefined ? whyNot : whyDouble(earlier, user)
  if (why !== undefined) sifted.leftOut.push({ at, nth, why, source })
  else {
    if (isPresent) sifted.present += 1
    else sifted.fresh.push(user)
    // Who is there already keeps their own address, whatever the record says.
    for (const name of isPresent ? names.slice(0, 1) : names) sifted.names.set(name, numberOf(user))
  }
}

/** The username first. These are spaces of their own: one user's name may be another's unverified address. */
export function namesOf(candidate: Candidate): string[] {
  const { row } = candidate
  return [
    `u:${row.username_key}`,
    ...verifiedAddress(candidate).map((key) => `e:${key}`),
    ...keptId(candidate).map((id) => `i:${id}`),
  ]
}

export function keptId({ keepsId, row }: Candidate): UserId[] {
  return keepsId ? [row.id] : []
}

export function verifiedAddress({ row }: Candidate): string[] {
  return row.email_verified === 1 && row.email_key !== null ? [row.email_key] : []
}

function whyDouble(earlier: number, { nth }: RecordPlace): string {
  const place = nth === undefined ? `at ${earlier}` : `in record ${earlier}`
  return `The same name, address or id as ${place}`
}

function whyTaken(candidate: Candidate, taken: TakenNames): string | undefined {
  if (taken.names.has(candidate.row.username_key))
    return 'The username is that of a client, or of a user who was deleted'
  if (verifiedAddress(candidate).some((key) => taken.addresses.has(key)))
    return 'The e-mail address is verified for another user'
  return keptId(candidate).some((id) => taken.ids.has(id) || taken.names.has(id))
    ? 'The id is that of another user or of a client: leave it out for a new one'
    : undefined
}

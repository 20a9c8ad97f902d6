/** Fields of raw records. A cell of a table in CSV is a text whatever it means, and an empty one says nothing. */

import { isObject } from '../core/metadata.js'
import type { Translation } from '../core/passwords/translate/translation.js'
import { Refusal } from '../errors.js'
import type { Instant } from '../store/schema.js'
import type { Raw } from './raw.js'

/** @throws Refusal `field_unusable` for what is no text and no number */
export function text(raw: Raw, name: string): string | undefined {
  const value = said(raw[name])
  if (value === undefined || typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  throw unusable(name, 'a text')
}

/** @throws Refusal `field_unusable` where there is none */
export function neededText(raw: Raw, name: string): string {
  const value = text(raw, name)
  if (value !== undefined) return value
  throw new Refusal('field_unusable', { message: `There is no ${name}`, fields: [name] })
}

/** @throws Refusal `field_unusable` */
export function flag(raw: Raw, name: string): boolean | undefined {
  const value = said(raw[name])
  if (value === undefined || typeof value === 'boolean') return value
  const word = typeof value === 'object' ? '' : String(value).toLowerCase()
  if (yes.includes(word)) return true
  if (no.includes(word)) return false
  throw unusable(name, 'true or false')
}

/**
 * A time as databases and JSON write it, in UTC where it names no zone, or milliseconds since 1970.
 *
 * @throws Refusal `field_unusable`
 */
export function time(raw: Raw, name: string): Instant | undefined {
  const value = said(raw[name])
  if (value === undefined) return undefined
  const milliseconds = timeOf(value)
  if (milliseconds >= 0 && milliseconds <= latest) return Math.floor(milliseconds) as Instant
  throw unusable(name, 'a time such as 2026-01-31T12:00:00Z')
}

/**
 * The same in a system that does not say what a number is: seconds are never so many as milliseconds.
 *
 * @throws Refusal `field_unusable`
 */
export function moment(raw: Raw, name: string): Instant | undefined {
  const said = text(raw, name)
  const isSeconds = said !== undefined && /^\d{1,11}(?:\.\d+)?$/.test(said)
  return time(isSeconds ? { [name]: Number(said) * 1000 } : raw, name)
}

/** An object, or its JSON. @throws Refusal `field_unusable` */
export function json(raw: Raw, name: string): unknown {
  const value = said(raw[name])
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    throw unusable(name, 'JSON')
  }
}

/** A JSON object, or its text. @throws Refusal `field_unusable` */
export function members(raw: Raw, name: string): Raw | undefined {
  const value = json(raw, name)
  if (value === undefined || isObject(value)) return value
  throw unusable(name, 'a JSON object')
}

/** A list, which nobody has who has nothing in it. */
export function list(raw: Raw, name: string): readonly unknown[] {
  const value = json(raw, name)
  return Array.isArray(value) ? value : []
}

/** @throws Refusal `field_unusable` for a hash that can't be taken over */
export function hashOf(translation: Translation): string | undefined {
  if ('fault' in translation) {
    throw new Refusal('field_unusable', { message: translation.fault, fields: ['password_hash'] })
  }
  return 'hash' in translation ? translation.hash : undefined
}

/** Without the members that say nothing. */
export function stated(members: Raw): Raw {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => said(value) !== undefined),
  )
}

export function unusable(name: string, form: string): Refusal {
  return new Refusal('field_unusable', { message: `${name} should be ${form}`, fields: [name] })
}

const yes = ['true', 't', '1', 'yes', 'y']
const no = ['false', 'f', '0', 'no', 'n']

/** `\N` is what PostgreSQL and MySQL write for null. */
function said(value: unknown): unknown {
  return value === null || value === '' || value === '\\N' ? undefined : value
}

function timeOf(value: unknown): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value)
  if (typeof value !== 'string') return Number.NaN
  if (/^\d{12,14}$/.test(value)) return Number(value)
  const [, date, clock, zone = 'Z'] = dateTime.exec(value) ?? []
  if (date === undefined) return Number.NaN
  return Date.parse(`${date}T${clock ?? '00:00:00'}${zoneOf(zone)}`)
}

/** PostgreSQL writes a space for the T, and +00 for the zone. */
const dateTime =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d(?:\.\d{1,9})?) ?(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/

function zoneOf(zone: string): string {
  if (zone === 'Z' || zone === 'UTC') return 'Z'
  const [, hours, minutes = '00'] = /^([+-]\d\d):?(\d\d)?$/.exec(zone) ?? []
  return `${hours}:${minutes}`
}

/** The year 9999's end. */
const latest = 253_402_300_799_999

import { pageSettings } from '../../page-settings.js'

const { language } = pageSettings
const exactForm = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' })
const clockForm = new Intl.DateTimeFormat(language, { timeStyle: 'medium' })
const fromNowForm = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
const numberForm = new Intl.NumberFormat(language, { style: 'percent' })

/** To the second. @param seconds since 1970; beyond what calendars know it stays a number */
export function exactTime(seconds: number): string {
  return isInCalendar(seconds) ? exactForm.format(seconds * 1000) : String(seconds)
}

/** The time of the day, to the second. @param time in milliseconds */
export function clockTime(time: number): string {
  return clockForm.format(time)
}

/** The same for machines. */
export function isoTime(seconds: number): string | undefined {
  return isInCalendar(seconds) ? new Date(seconds * 1000).toISOString() : undefined
}

export function isInCalendar(seconds: number): boolean {
  return Math.abs(seconds) <= 8.64e12
}

/** "in 20 minutes", "3 days ago". Both in seconds since 1970; beyond what calendars know it stays a number. */
export function fromNow(seconds: number, now: number): string {
  if (!isInCalendar(seconds)) return String(seconds)
  const distance = seconds - now
  const [unit, length] = units.find(([, length]) => Math.abs(distance) >= length * 1.5) ?? second
  return fromNowForm.format(Math.round(distance / length), unit)
}

const second = ['second', 1] as const

const units = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  second,
] as const satisfies (readonly [Intl.RelativeTimeFormatUnit, number])[]

export function percent(part: number): string {
  return numberForm.format(part)
}

/** Numbers and times in the reader's language. */

import { pageSettings } from '../../page-settings.js'
import type { Span } from '../api/statistics.js'

const { language } = pageSettings
const countForm = new Intl.NumberFormat(language)
const millisecondForm = unitForm('millisecond', 0)
const secondForm = unitForm('second', 2)

export function asCount(value: number): string {
  return countForm.format(value)
}

export function asDuration(seconds: number): string {
  return seconds < 1 ? millisecondForm.format(seconds * 1000) : secondForm.format(seconds)
}

/** A time in seconds, as short as it can be within a span. */
export function tickForm(span: Span): (time: number) => string {
  const form = new Intl.DateTimeFormat(language, timeForms[span])
  return (time) => form.format(new Date(time * 1000))
}

const timeForms: Readonly<Record<Span, Intl.DateTimeFormatOptions>> = {
  hour: { hour: '2-digit', minute: '2-digit' },
  day: { hour: '2-digit', minute: '2-digit' },
  month: { day: 'numeric', month: 'short' },
}

export function total(values: readonly (number | null)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
}

export function most(values: readonly (number | null)[]): number {
  return Math.max(0, ...values.map((value) => value ?? 0))
}

function unitForm(unit: string, maximumFractionDigits: number): Intl.NumberFormat {
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits })
}

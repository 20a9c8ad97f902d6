import { pageSettings } from '../page-settings.js'

/** "12 MB", in the reader's language. */
export function asSize(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1)
  const form = new Intl.NumberFormat(pageSettings.language, {
    style: 'unit',
    unit: units[power] ?? 'byte',
    maximumSignificantDigits: 3,
  })
  return form.format(bytes / 1000 ** power)
}

/** To the second. */
export function asClockTime(time: string): string {
  return clockForm.format(new Date(time))
}

const clockForm = new Intl.DateTimeFormat(pageSettings.language, { timeStyle: 'medium' })

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']

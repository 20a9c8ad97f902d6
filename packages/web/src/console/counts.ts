import { pageSettings } from '../page-settings.js'

/** "12,345", in the reader's language. */
export function inFigures(count: number): string {
  return form.format(count)
}

const form = new Intl.NumberFormat(pageSettings.language)

import { pageSettings } from '../page-settings.js'
import { filled, type TextName, type Values } from '../texts/texts.js'
import type english from './texts/en.json'

/** What the console says; what it shows of the account pages' parts is among it. */
export type ConsoleText = keyof typeof english.texts | TextName

// The server writes all of them into the console's page.
const written: Readonly<Record<string, string>> = pageSettings.texts.texts

/** @param values for what stands in braces; shown as text, whatever is in them */
export function say(name: ConsoleText, values: Values = {}): string {
  return filled(written[name] ?? name, values)
}

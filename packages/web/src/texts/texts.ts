import { pageSettings } from '../page-settings.js'
import type english from './en.json'

/** One language: what the pages say, and in its words what the server says in English. */
export interface Texts {
  readonly texts: Readonly<Record<TextName, string>>
  readonly sentences: Readonly<Record<string, string>>
}

export type TextName = keyof typeof english.texts

const { language, texts: written } = pageSettings

/** @param values for what stands in braces; shown as text, whatever is in them */
export function say(name: TextName, values: Values = {}): string {
  return filled(written.texts[name], values)
}

export type Values = Readonly<Record<string, string | number>>

/** A text with what stands in braces filled in. */
export function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, key) => String(values[key] ?? whole))
}

/** What the server said, in the reader's language where somebody has translated it. */
export function translated(sentence: string): string {
  // A number in it is another each time: "Use 15 characters or more".
  const numbers: string[] = []
  const general = sentence.replace(/\d+/g, (number) => `{${numbers.push(number)}}`)
  const found = written.sentences[sentence] ?? written.sentences[general]
  return found?.replace(/\{(\d+)\}/g, (_, place) => numbers[place - 1] ?? '') ?? sentence
}

const dateForm = new Intl.DateTimeFormat(language, { dateStyle: 'long' })
const timeForm = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
const agoForm = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })

export function asDate(time: string): string {
  return dateForm.format(new Date(time))
}

export function asTime(time: string): string {
  return timeForm.format(new Date(time))
}

/** "in 40 seconds", "in 3 minutes". */
export function inSeconds(seconds: number): string {
  if (seconds < 90) return agoForm.format(Math.max(1, Math.ceil(seconds)), 'second')
  if (seconds < 5400) return agoForm.format(Math.ceil(seconds / 60), 'minute')
  return agoForm.format(Math.ceil(seconds / 3600), 'hour')
}

/** "yesterday", "5 hours ago"; `undefined` within the hour. */
export function ago(time: string, now: number): string | undefined {
  const hours = Math.floor((now - Date.parse(time)) / 3_600_000)
  if (hours < 1) return undefined
  return hours < 24
    ? agoForm.format(-hours, 'hour')
    : agoForm.format(-Math.floor(hours / 24), 'day')
}

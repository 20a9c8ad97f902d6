import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault, languageCode, type Value } from './values.js'

/** One language of the account pages, as its file has it; what is left out is said as it is without the file. */
export interface PageTexts {
  /** The language's own name for itself. */
  readonly language?: string
  /** By the names in the server's own files. */
  readonly texts: Readonly<Record<string, string>>
  /** What the server says in English, and what to say in its place. */
  readonly sentences: Readonly<Record<string, string>>
}

/** A folder with a file for each language: `de.json`, `pt-BR.json`. */
export const pageTextsFolder: Value<ReadonlyMap<string, PageTexts>> = {
  parse: (folder) => {
    if (folder.trim() === '' || folder.includes('\0')) return new Fault(`should be ${form}`)
    try {
      const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
      if (files.length === 0)
        return new Fault(`names a folder without such files: it should be ${form}`)
      return readAll(folder, files.sort())
    } catch (error) {
      const { code = 'no reason given' } = error as NodeJS.ErrnoException
      return new Fault(`names a folder that can't be read (${code})`)
    }
  },
}

const form = 'the path of a folder with a JSON file for each language: `de.json`, `fr.json`'

function readAll(folder: string, files: readonly string[]): ReadonlyMap<string, PageTexts> | Fault {
  const languages = new Map<string, PageTexts>()
  for (const file of files) {
    const code = file.slice(0, -'.json'.length)
    if (languageCode.parse(code) instanceof Fault) {
      return new Fault(`has a file ${file}, which is named after no language`)
    }
    const texts = parseTexts(readFileSync(join(folder, file), 'utf8'))
    if (texts === undefined) return new Fault(`has a file ${file} that holds no texts`)
    languages.set(code, texts)
  }
  return languages
}

/** Undefined for what has another shape. */
export function parseTexts(json: string): PageTexts | undefined {
  try {
    const { language, texts = {}, sentences = {}, ...rest } = JSON.parse(json)
    const isNamed = language === undefined || typeof language === 'string'
    if (!isNamed || Object.keys(rest).length > 0 || !isWords(texts) || !isWords(sentences))
      return undefined
    return { ...(language !== undefined && { language }), texts, sentences }
  } catch {
    return undefined
  }
}

function isWords(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((text) => typeof text === 'string')
  )
}

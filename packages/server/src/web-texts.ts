import { readFileSync } from 'node:fs'
import { type PageTexts, parseTexts } from './settings/page-texts.js'
import { SettingsError } from './settings/read.js'
import type { Settings } from './settings/settings.js'
import { builtFile } from './web-files.js'

/** What the server has pages for: `account` is everybody's, `console` an admin's. */
export type PagesName = 'account' | 'console'

export type Language = Required<PageTexts>

/**
 * What the pages say, by the languages' codes: our own texts, and those of this installation over them.
 *
 * @throws SettingsError for texts that no page has
 */
export function textsOf(name: PagesName, settings: Settings): ReadonlyMap<string, Language> {
  const shown = Object.keys(ownTexts('en', name).texts)
  return new Map(
    [...languagesOf(settings)].map(([code, { texts, ...rest }]) => [
      code,
      { ...rest, texts: Object.fromEntries(shown.map((text) => [text, texts[text] ?? ''])) },
    ]),
  )
}

function languagesOf(settings: Settings): ReadonlyMap<string, Language> {
  const own = new Map(ownLanguages.map((code) => [code, ownTexts(code, 'console')]))
  const english = ownTexts('en', 'console')
  const languages = new Map<string, Language>(own)
  const faults: string[] = []
  for (const [code, { language, texts, sentences }] of settings.pageTexts ?? []) {
    const base = own.get(code) ?? { ...english, language: code }
    for (const name of Object.keys(texts)) {
      if (!Object.hasOwn(english.texts, name)) {
        faults.push(`LATCHKEY_PAGE_TEXTS has a text ${name} in ${code}.json, which no page shows.`)
      }
    }
    languages.set(code, {
      language: language ?? base.language,
      texts: { ...base.texts, ...texts },
      sentences: { ...base.sentences, ...sentences },
    })
  }
  if (!languages.has(settings.language)) {
    faults.push(
      `LATCHKEY_LANGUAGE should be one of the languages that there are: ${[...languages.keys()].join(', ')}.`,
    )
  }
  if (faults.length > 0) throw new SettingsError(faults)
  return languages
}

const ownLanguages = ['en', 'de']

/** By page and language. They are built files, and stay as they are while a process runs. */
const read = new Map<string, Language>()

function ownTexts(code: string, name: PagesName): Language {
  const key = `${name} ${code}`
  const texts = read.get(key) ?? readOwn(code, name)
  read.set(key, texts)
  return texts
}

/** The console shows what the account pages do, and more. */
function readOwn(code: string, name: PagesName): Language {
  const { language, texts, sentences } = readTexts(`texts/${code}.json`)
  if (name === 'account') return { language, texts, sentences }
  const more = readTexts(`console/texts/${code}.json`)
  return {
    language,
    texts: { ...texts, ...more.texts },
    sentences: { ...sentences, ...more.sentences },
  }
}

/** At the start, which is when whoever runs the sources has to hear what is missing. */
function readTexts(file: string): Language {
  const texts = parseTexts(readBuilt(file))
  if (texts === undefined) throw new Error(`${file} holds no texts`)
  return { language: '', ...texts }
}

function readBuilt(file: string): string {
  try {
    return readFileSync(builtFile(file), 'utf8')
  } catch (cause) {
    throw new Error('The pages are not built: npm run build does that', { cause })
  }
}

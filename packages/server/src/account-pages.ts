import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { brandStyle } from './brand-colours.js'
import { demoUser } from './demo-user.js'
import type { AccountPages, Asset, Encoding } from './http/routes/account-pages.js'
import { type PageTexts, parseTexts } from './settings/page-texts.js'
import { SettingsError } from './settings/read.js'
import type { Settings } from './settings/settings.js'

interface Surroundings {
  /** Path under which the server's routes are. */
  readonly prefix: string
  readonly isDemo: boolean
}

/**
 * The pages as this installation has them: the built files, its brand, its languages.
 *
 * @throws SettingsError for texts that the pages do not have
 */
export function openAccountPages(settings: Settings, surroundings: Surroundings): AccountPages {
  const languages = languagesOf(settings)
  const pages = new Map<string, Promise<Buffer>>()
  const assets = new Map<string, Promise<Asset>>()
  return {
    languages: [...languages.keys()],
    fallback: settings.language,
    brandStyle: brandStyle(settings.brandColor),
    logo: settings.brandLogo,
    page: (language, encoding) =>
      kept(pages, `${encoding} ${language}`, async () =>
        compress[encoding](await writePage(language, languages, settings, surroundings)),
      ),
    async asset(name, encoding) {
      if (!assetNames().has(name)) return undefined
      return kept(assets, `${encoding} ${name}`, () => readAsset(name, encoding))
    },
  }
}

function kept<T>(all: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const there = all.get(key)
  if (there !== undefined) return there
  const made = make()
  all.set(key, made)
  // A disk that fails once need not fail for ever.
  made.catch(() => all.delete(key))
  return made
}

/** Our own languages, and those of this installation over them. */
function languagesOf(settings: Settings): ReadonlyMap<string, Language> {
  const own = new Map(ownLanguages.map((code) => [code, readOwn(code)]))
  const english = readOwn('en')
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

type Language = Required<PageTexts>

const ownLanguages = ['en', 'de']

function readOwn(code: string): Language {
  const texts = parseTexts(readBuilt(`texts/${code}.json`))
  if (texts?.language === undefined) throw new Error(`The texts in ${code} are not whole`)
  return { ...texts, language: texts.language }
}

/** At the start, which is when whoever runs the sources has to hear what is missing. */
function readBuilt(file: string): string {
  try {
    return readFileSync(inPackage(file), 'utf8')
  } catch (cause) {
    throw new Error('The account pages are not built: npm run build does that', { cause })
  }
}

async function writePage(
  language: string,
  languages: ReadonlyMap<string, Language>,
  settings: Settings,
  { prefix, isDemo }: Surroundings,
): Promise<Buffer> {
  const { language: _, ...texts } = languages.get(language) ?? readOwn('en')
  const inPage = {
    prefix,
    clientId: settings.firstPartyClient ? null : (settings.webClient ?? null),
    brand: { name: settings.brandName, hasLogo: settings.brandLogo !== undefined },
    registration: settings.registration,
    passwordMinLength: settings.passwordMinLength,
    language,
    languages: Object.fromEntries([...languages].map(([code, each]) => [code, each.language])),
    texts,
    demo: isDemo ? demoUser : null,
  }
  const marks = {
    'lang="en"': `lang="${language}"`,
    '"./': `"${prefix}/account/`,
    '{{title}}': escaped(settings.brandName),
    '{{without-script}}': escaped(texts.texts.withoutScript ?? ''),
    // No end tag can stand in it.
    '"{{settings}}"': JSON.stringify(inPage).replaceAll('<', '\\u003c'),
  }
  // The last one holds what may look like a mark.
  const html = Object.entries(marks).reduce(
    (written, [mark, value]) => written.replaceAll(mark, () => value),
    await readFile(inPackage('account.html'), 'utf8'),
  )
  return Buffer.from(html)
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}

let names: ReadonlySet<string> | undefined

/** An allowlist: no path that is made of a request reaches the disk. */
function assetNames(): ReadonlySet<string> {
  names ??= new Set(readdirSync(inPackage('assets')))
  return names
}

async function readAsset(name: string, encoding: Encoding): Promise<Asset> {
  const content = await readFile(inPackage(`assets/${name}`))
  const type = name.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8'
  return { type, content: await compress[encoding](content) }
}

/** Once for each file. The highest quality of Brotli would take thirty times as long, to save a fifteenth. */
const compress: Readonly<Record<Encoding, (content: Buffer) => Promise<Buffer> | Buffer>> = {
  br: (content) =>
    promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (content) => promisify(gzip)(content, { level: 9 }),
  identity: (content) => content,
}

// By the package's own name, which holds in the sources, in dist and in a bundle alike.
const manifest = pathToFileURL(createRequire(import.meta.url).resolve('latchkey/package.json'))

function inPackage(file: string): URL {
  return new URL(`dist/web/${file}`, manifest)
}

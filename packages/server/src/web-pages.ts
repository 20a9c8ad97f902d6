import { readFile } from 'node:fs/promises'
import { brandStyle } from './brand-colours.js'
import { demoUser } from './demo-user.js'
import type { Encoding, WebPages } from './http/routes/web-pages.js'
import type { Settings } from './settings/settings.js'
import { builtFile, compress, kept, readAsset } from './web-files.js'
import { type Language, type PagesName, textsOf } from './web-texts.js'

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
export function openPages(
  name: PagesName,
  settings: Settings,
  surroundings: Surroundings,
): WebPages {
  const languages = textsOf(name, settings)
  const pages = new Map<string, Promise<Buffer>>()
  const write = async (language: string, encoding: Encoding) => {
    const texts = languages.get(language)
    if (texts === undefined) throw new Error(`There are no texts in ${language}`)
    const codes = [...languages].map(([code, each]) => [code, each.language])
    const page = { language, languages: Object.fromEntries(codes), texts }
    return compress[encoding](await writePage(name, page, settings, surroundings))
  }
  return {
    languages: [...languages.keys()],
    fallback: settings.language,
    brandStyle: brandStyle(settings.brandColor),
    logo: settings.brandLogo,
    page: (language, encoding) =>
      kept(pages, `${encoding} ${language}`, () => write(language, encoding)),
    asset: readAsset,
  }
}

interface InLanguage {
  readonly language: string
  /** By their codes, each in its own words. */
  readonly languages: Readonly<Record<string, string>>
  readonly texts: Language
}

async function writePage(
  name: PagesName,
  { language, languages, texts }: InLanguage,
  settings: Settings,
  { prefix, isDemo }: Surroundings,
): Promise<Buffer> {
  const inPage = {
    prefix,
    clientId: settings.firstPartyClient ? null : (settings.webClient ?? null),
    brand: { name: settings.brandName, hasLogo: settings.brandLogo !== undefined },
    registration: settings.registration,
    passwordMinLength: settings.passwordMinLength,
    language,
    languages,
    texts: { texts: texts.texts, sentences: texts.sentences },
    demo: isDemo ? demoUser : null,
    tokens: tokensOf(settings),
  }
  const marks = {
    'lang="en"': `lang="${language}"`,
    '"./': `"${prefix}/${name}/`,
    '{{title}}': escaped(settings.brandName),
    '{{without-script}}': escaped(texts.texts.withoutScript ?? ''),
    // No end tag can stand in it.
    '"{{settings}}"': JSON.stringify(inPage).replaceAll('<', '\\u003c'),
  }
  // The last one holds what may look like a mark.
  const html = Object.entries(marks).reduce(
    (written, [mark, value]) => written.replaceAll(mark, () => value),
    await readFile(builtFile(`${name}.html`), 'utf8'),
  )
  return Buffer.from(html)
}

/** What this server's tokens are like, for whoever looks at one. */
function tokensOf(settings: Settings) {
  const { signingAlgorithm, hs256SecretPrevious, subject, audience, tokenEncryption } = settings
  return {
    areByKey: signingAlgorithm !== 'HS256',
    areBySecret: signingAlgorithm === 'HS256' || hs256SecretPrevious !== undefined,
    // As `Identity` has those by a secret.
    areCompatible: subject === 'username',
    audience: audience ?? null,
    areEncrypted: tokenEncryption !== undefined,
  }
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}

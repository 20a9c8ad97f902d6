import type { IncomingHttpHeaders } from 'node:http'

interface Offer {
  readonly languages: readonly string[]
  readonly fallback: string
}

/** The reader's language: the one chosen on the page, else what the browser asks for (RFC 9110 section 12.5.4). */
export function negotiateLanguage(
  headers: IncomingHttpHeaders,
  { languages, fallback }: Offer,
): string {
  const chosen = /(?:^|;\s*)latchkey-language=([A-Za-z0-9-]+)/.exec(headers.cookie ?? '')?.[1]
  if (chosen !== undefined && languages.includes(chosen)) return chosen
  for (const wanted of byWish(headers['accept-language'] ?? '')) {
    const found = languages.find((each) => matches(each, wanted))
    if (found !== undefined) return found
  }
  return fallback
}

/** "de" is meant by "de-AT", and "pt-BR" will do for "pt". */
function matches(language: string, wanted: string): boolean {
  const [one, other] = [language.toLowerCase(), wanted.toLowerCase()]
  return one === other || other.startsWith(`${one}-`) || one.startsWith(`${other}-`)
}

function byWish(header: string): string[] {
  return header
    .slice(0, longest)
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim())
      const quality = parameters.find((each) => /^q=/i.test(each))?.slice(2) ?? '1'
      return { tag, quality: Number(quality) }
    })
    .filter(({ tag, quality }) => /^[A-Za-z0-9-]+$/.test(tag) && quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag)
}

/** Characters: nobody reads more languages. */
const longest = 500

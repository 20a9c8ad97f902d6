import { pageSettings } from '../page-settings.js'
import { say } from '../texts/texts.js'

interface LanguageChoiceProps {
  /** Path of the pages that are in it from now on. */
  readonly base: '/account' | '/console'
  /** Shows the page anew. */
  readonly reload: () => void
}

/** Buttons, not a list to pick from: that would change the page at each key by which one reads it. */
export function LanguageChoice({ base, reload }: LanguageChoiceProps) {
  const { languages, language } = pageSettings
  const codes = Object.keys(languages)
  if (codes.length < 2) return null
  return (
    <ul aria-label={say('languageLabel')}>
      {codes.map((code) => (
        <li key={code}>
          <button
            type="button"
            lang={code}
            onClick={() => {
              choose(code, base)
              reload()
            }}
            {...(code === language && { 'aria-current': true as const })}
          >
            {languages[code]}
          </button>
        </li>
      ))}
    </ul>
  )
}

/** The server writes the page in the language that the cookie names. */
function choose(code: string, base: string): void {
  const secure = location.protocol === 'https:' ? '; Secure' : ''
  const path = `${pageSettings.prefix}${base}`
  // biome-ignore lint/suspicious/noDocumentCookie: not every browser has the Cookie Store
  document.cookie = `latchkey-language=${code}; Path=${path}; Max-Age=31536000; SameSite=Lax${secure}`
}

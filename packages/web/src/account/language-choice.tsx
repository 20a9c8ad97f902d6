import { useId } from 'react'
import { pageSettings } from '../page-settings.js'
import { say } from '../texts/texts.js'

/** The server writes the page in the language that the cookie names. */
export function LanguageChoice() {
  const id = useId()
  const { languages, language, prefix } = pageSettings
  const codes = Object.keys(languages)
  if (codes.length < 2) return null
  const choose = (code: string) => {
    const secure = location.protocol === 'https:' ? '; Secure' : ''
    // biome-ignore lint/suspicious/noDocumentCookie: not every browser has the Cookie Store
    document.cookie = `latchkey-language=${code}; Path=${prefix}/account; Max-Age=31536000; SameSite=Lax${secure}`
    location.reload()
  }
  return (
    <div className="language">
      <label htmlFor={id}>{say('languageLabel')}</label>
      <select id={id} value={language} onChange={(event) => choose(event.currentTarget.value)}>
        {codes.map((code) => (
          <option key={code} value={code} lang={code}>
            {languages[code]}
          </option>
        ))}
      </select>
    </div>
  )
}

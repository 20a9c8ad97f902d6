import Bowser from 'bowser'
import { say } from '../texts/texts.js'

/** What a device calls itself, short; the whole of it where nobody knows it; text, whatever it is. */
export function deviceName(userAgent: string | null): string {
  if (userAgent === null || userAgent.trim() === '') return say('unknownDevice')
  const { browser, os } = Bowser.parse(userAgent)
  if (browser.name && os.name) return say('deviceName', { browser: browser.name, system: os.name })
  return userAgent
}

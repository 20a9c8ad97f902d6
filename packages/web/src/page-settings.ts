/** What the server has put into the page: how this installation is set, and the texts in the reader's language. */

import type { Texts } from './texts/texts.js'

export interface PageSettings {
  /** The path under which the server's routes are; empty for none. */
  readonly prefix: string
  /** The client that these pages sign in as; `null` for the built-in one. */
  readonly clientId: string | null
  readonly brand: { readonly name: string; readonly hasLogo: boolean }
  readonly registration: 'open' | 'invitation' | 'closed'
  readonly passwordMinLength: number
  readonly language: string
  /** By their codes, each in its own words. */
  readonly languages: Readonly<Record<string, string>>
  readonly texts: Texts
  readonly tokens: TokenSettings
  /** The demo's user, whom everybody knows; `null` outside the demo. */
  readonly demo: { readonly username: string; readonly password: string } | null
}

/** What this server's access tokens are like. */
export interface TokenSettings {
  readonly areByKey: boolean
  /** Whether tokens by a shared secret are taken, perhaps beside the others. */
  readonly areBySecret: boolean
  /** Whether those by a secret are in the form that other applications decode. */
  readonly areCompatible: boolean
  /** `null` where it was not said. */
  readonly audience: string | null
  readonly areEncrypted: boolean
}

/** @throws Error in a page that no server has filled in */
function read(): PageSettings {
  const written = document.getElementById('page-settings')?.textContent
  if (!written) throw new Error('The page has no settings')
  // From our own server, in the same answer as this script's address.
  return JSON.parse(written)
}

export const pageSettings = read()

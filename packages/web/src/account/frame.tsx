import { useSession } from '@latchkey/client/react'
import type { ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { client } from '../session/client.js'
import { say, type TextName } from '../texts/texts.js'
import { Brand } from '../ui/brand.js'
import { LanguageChoice } from '../ui/language-choice.js'
import { useLeave } from './leaving.js'
import { reloadWithLink } from './link-token.js'
import { places } from './places.js'

/** What is around every page: whose it is, where one can go, and in which language. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const { user } = useSession(client)
  return (
    <>
      <a className="skip" href="#content">
        {say('skip')}
      </a>
      <header className="frame">
        <Brand base="/account" href={places.profile} />
        {user !== undefined && <Navigation />}
      </header>
      {children}
      <footer className="frame">
        <LanguageChoice base="/account" reload={reloadWithLink} />
      </footer>
    </>
  )
}

const own = ['profile', 'password', 'sessions', 'data'] as const satisfies TextName[]

function Navigation() {
  const [path] = useLocation()
  const leave = useLeave()
  return (
    <nav aria-label={say('navigation')}>
      <ul>
        {own.map((name) => (
          <li key={name}>
            <Link href={places[name]} {...(path === places[name] && { 'aria-current': 'page' })}>
              {say(name)}
            </Link>
          </li>
        ))}
        <li>
          <button type="button" onClick={() => leave('signedOut')}>
            {say('signOut')}
          </button>
        </li>
      </ul>
    </nav>
  )
}

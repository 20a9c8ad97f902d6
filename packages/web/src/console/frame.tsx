import { type ReactNode, useId, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { client } from '../session/client.js'
import { Brand } from '../ui/brand.js'
import { LanguageChoice } from '../ui/language-choice.js'
import { ExportNote } from './export-note.js'
import { ImportNote } from './import-note.js'
import { places } from './places.js'
import { useAdmin } from './rights.js'
import { say } from './say.js'

/** What is around every page: where one can go, and as whom. */
export function Frame({ children }: { readonly children: ReactNode }) {
  return (
    <>
      <a className="skip" href="#content">
        {say('skip')}
      </a>
      <header className="frame">
        <Brand base="/console" href={places.overview} />
        <ImportNote />
        <ExportNote />
        <Who />
      </header>
      <div className="beside">
        <Navigation />
        {children}
      </div>
      <footer className="frame">
        <LanguageChoice base="/console" reload={() => location.reload()} />
      </footer>
    </>
  )
}

function Who() {
  const admin = useAdmin()
  if (admin === undefined) return null
  return (
    <ul>
      <li className="who">
        <bdi>{admin.username}</bdi>
      </li>
      <li>
        <button type="button" onClick={() => void client.logout()}>
          {say('signOut')}
        </button>
      </li>
    </ul>
  )
}

const forAdmins = [
  ...(['overview', 'users', 'sessions', 'clients', 'scopes', 'keys', 'audit'] as const),
  ...(['mails', 'health', 'inspect'] as const),
] as const

/** On a narrow screen it is behind a button. */
function Navigation() {
  const [path] = useLocation()
  const id = useId()
  const [isOpen, setOpen] = useState(false)
  const isAdmin = useAdmin() !== undefined
  if (!isAdmin) return null
  return (
    <nav className="console" aria-label={say('consoleNavigation')}>
      <button
        type="button"
        className="secondary outline menu"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        {say('menu')}
      </button>
      <ul id={id} className={isOpen ? 'open' : ''}>
        {forAdmins.map((name) => (
          <li key={name}>
            <Link
              href={places[name]}
              onClick={() => setOpen(false)}
              {...(isWithin(path, places[name]) && current)}
            >
              {say(`nav_${name}`)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

const current = { 'aria-current': 'page' } as const

function isWithin(path: string, place: string): boolean {
  return path === place || (place !== places.overview && path.startsWith(`${place}/`))
}

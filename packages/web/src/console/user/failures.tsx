import type { Seen } from '../api/user.js'
import { type AuditEntry, reasonOf, sentenceOf } from '../events.js'
import { Moment } from '../moment.js'
import { say } from '../say.js'
import { ResetLink } from './reset-link.js'

interface FailuresProps {
  /** The newest of a user, the newest first. */
  readonly entries: readonly AuditEntry[]
  readonly seen: Seen
  readonly onDone: (said: string) => void
}

/** How the last sign-ins went, and what helps where they failed though nothing stood in the way. */
export function Failures({ entries, seen, onDone }: FailuresProps) {
  const failures = entries.filter(({ event }) => event === 'sign_in_failed')
  const lastSignIn = entries.find(({ event }) => event === 'sign_in')?.at
  const advice = seen.user.disabled ? undefined : adviceFor(failures[0], lastSignIn)
  return (
    <>
      <h3>{say('lastFailures')}</h3>
      {failures.length === 0 && <p className="empty">{say('noFailures')}</p>}
      <ul className="plain events">
        {failures.slice(0, mostShown).map((entry) => (
          <li key={entry.id}>
            <Moment time={entry.at} /> {sentenceOf(entry)}
          </li>
        ))}
      </ul>
      {lastSignIn !== undefined && (
        <p>
          {say('lastSignIn')} <Moment time={lastSignIn} />
        </p>
      )}
      {advice !== undefined && <p>{say(`advice_${advice}`)}</p>}
      {(advice === 'wrong_password' || advice === 'bcrypt_too_long') && (
        <ResetLink seen={seen} onDone={onDone} />
      )}
    </>
  )
}

const mostShown = 5

/** None where they have got in since. */
function adviceFor(newest: AuditEntry | undefined, lastSignIn: string | undefined) {
  if (newest === undefined || (lastSignIn !== undefined && lastSignIn > newest.at)) return undefined
  const reason = reasonOf(newest.detail)
  return advised.find((known) => known === reason)
}

const advised = ['wrong_password', 'bcrypt_too_long', 'scope_not_allowed'] as const

import { Form } from '../../ui/form.js'
import { type Seen, sendReset } from '../api/user.js'
import { say } from '../say.js'
import { useAct } from './act.js'

interface ResetLinkProps {
  readonly seen: Seen
  readonly onDone: (said: string) => void
}

/** Mails a user a link for a new password, where there is a way. No admin sets one: they would know it (checklist I08). */
export function ResetLink({ seen, onDone }: ResetLinkProps) {
  const { id, username, email, email_verified: isVerified, disabled } = seen.user
  const { act, explain } = useAct()
  if (disabled) return <p>{say('enableFirst')}</p>
  if (email === null || !isVerified) {
    return (
      <p>
        {say('noLinkPossible')} <code>latchkey user set-password {wordOf(username)}</code>
      </p>
    )
  }
  return (
    <Form
      submit={say('sendResetLink')}
      className="secondary"
      required={[]}
      send={act(
        () => sendReset(id),
        () => onDone(say('resetLinkSent', { email })),
      )}
      explain={explain}
    />
  )
}

/** A name as a shell takes it; one that a shell would make something of is left to whoever types. */
function wordOf(username: string): string {
  return /^[\w.@+-]+$/.test(username) ? username : 'NAME'
}

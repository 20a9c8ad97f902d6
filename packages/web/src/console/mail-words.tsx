import type { Mail, MailState } from './api/mails.js'
import { Moment } from './moment.js'
import { type ConsoleText, say } from './say.js'

/** What a mail is about. */
export function aboutMail({ kind }: Pick<Mail, 'kind'>): string {
  const known = kinds[kind]
  // A newer server may send others.
  return known === undefined ? kind : say(known)
}

const kinds: Readonly<Record<string, ConsoleText>> = {
  account_created: 'mailAccountCreated',
  account_deleted: 'mailAccountDeleted',
  address_known: 'mailAddressKnown',
  email_changed: 'mailEmailChanged',
  email_verification: 'mailEmailVerification',
  invitation: 'mailInvitation',
  password_changed: 'mailPasswordChanged',
  password_reset: 'mailPasswordReset',
}

export const stateNames = {
  failed: 'mailFailed',
  kept: 'mailKept',
  queued: 'mailQueued',
  sent: 'mailSent',
} as const satisfies Record<MailState, ConsoleText>

/** What became of it, what comes next, and why. */
export function Progress({ mail }: { readonly mail: Mail }) {
  const { fault, attempts, next_attempt_at: next, sent_at: sentAt } = mail
  return (
    <>
      {sentAt !== null && (
        <>
          {say('mailHandedOver')} <Moment time={sentAt} />{' '}
        </>
      )}
      {next !== null && (
        <>
          {say('mailNextAttempt')} <Moment time={next} />{' '}
        </>
      )}
      {mail.state === 'kept' && `${say('mailNoServer')} `}
      {fault !== null && (
        <>
          {say('mailAttempts', { count: attempts })} <bdi lang="en">{fault}</bdi>
        </>
      )}
    </>
  )
}

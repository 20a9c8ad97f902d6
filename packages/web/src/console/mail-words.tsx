import type { Mail } from './api/mails.js'
import { isKnownKind } from './mail-kinds.js'
import { Moment } from './moment.js'
import { say } from './say.js'

/** What a mail is about; a newer server may send others. */
export function aboutMail({ kind }: Mail): string {
  return isKnownKind(kind) ? say(`mail_${kind}`) : kind
}

/** What became of it, what comes next, and why. */
export function Progress({ mail }: { readonly mail: Mail }) {
  const { fault, attempts, next_attempt_at: next, sent_at: sentAt } = mail
  return (
    <>
      {sentAt !== null && (
        <div>
          {say('mailHandedOver')} <Moment time={sentAt} />
        </div>
      )}
      {next !== null && (
        <div>
          {say('mailNextAttempt')} <Moment time={next} />
        </div>
      )}
      {mail.state === 'kept' && <div>{say('mailNoServer')}</div>}
      {fault !== null && (
        <div>
          {say('mailAttempts', { count: attempts })} <bdi lang="en">{fault}</bdi>
        </div>
      )}
    </>
  )
}

import type { Clock } from './core/clock.js'
import type { KeyWrap } from './core/key-wrap.js'
import { Letters } from './core/letters.js'
import type { Log } from './core/log.js'
import { Mails } from './core/mails.js'
import type { Measures } from './core/measures/measures.js'
import { Outbox } from './core/outbox.js'
import { type MailTransport, Postman } from './core/postman.js'
import { render } from './mail/render.js'
import { SmtpTransport } from './mail/smtp.js'
import type { Settings } from './settings/settings.js'
import type { Store } from './store/open.js'

/** From the outbox to the mail server. */
export interface Mailing {
  readonly outbox: Outbox
  readonly postman: Postman
  readonly letters: Letters
  readonly mails: Mails
}

interface Surroundings {
  store: Store
  wrap: (mayMake: boolean) => KeyWrap
  clock: Clock
  log: Log
  measures: Measures
  issuer: () => string
  /** Whether people wait to be signed in. */
  isBusy: () => boolean
  /** Whether people may read mails where there is no mail server: where no account is in earnest. */
  isForDevelopment: boolean
}

export function openMailing(settings: Settings, surroundings: Surroundings): Mailing {
  const { isForDevelopment, issuer, isBusy, ...deps } = surroundings
  const transport = mailTransport(settings)
  const letters = new Letters({ ...deps, render, issuer })
  const hint = isForDevelopment ? undefined : `${noMailServer.detail}: ${noMailServer.remedy}`
  const postman = new Postman({ ...deps, letters, transport, hint, isBusy })
  const areShown = isForDevelopment && transport === undefined
  return {
    outbox: new Outbox({ ...deps, keeps: areShown, onComposed: postman.expect }),
    postman,
    letters,
    mails: new Mails({ ...deps, letters, areShown }),
  }
}

/** Undefined where none is set. @param patience milliseconds, where a mail server is not waited for as long as usual */
export function mailTransport(settings: Settings, patience?: number): MailTransport | undefined {
  const { smtpUrl: server, mailFrom: from } = settings
  return server && from && new SmtpTransport({ server, from, ...(patience && { patience }) })
}

export const noMailServer = {
  detail: 'no mail server is set, so no mail goes out',
  remedy:
    'forgotten passwords and addresses to confirm need LATCHKEY_SMTP_URL and LATCHKEY_MAIL_FROM',
}

import type { Clock } from './core/clock.js'
import { EmailAddresses } from './core/email-addresses.js'
import { Enrolment } from './core/enrolment.js'
import { FirstAdmin } from './core/first-admin.js'
import type { Identity } from './core/identity.js'
import { Invitations } from './core/invitations.js'
import { MailedLinks } from './core/mailed-links.js'
import { OneTimeLinks } from './core/one-time-links.js'
import type { Outbox } from './core/outbox.js'
import { OwnData } from './core/own-data.js'
import { PasswordResets } from './core/password-resets.js'
import { Registration } from './core/registration.js'
import type { Sessions } from './core/sessions.js'
import type { Throttle } from './core/throttle.js'
import type { Users } from './core/users.js'
import type { Settings } from './settings/settings.js'
import type { Store } from './store/open.js'

/** What people do about accounts of their own. */
export interface Accounts {
  readonly oneTimeLinks: OneTimeLinks
  readonly registration: Registration
  readonly invitations: Invitations
  readonly enrolment: Enrolment
  readonly firstAdmin: FirstAdmin
  readonly ownData: OwnData
  readonly passwordResets: PasswordResets
  readonly emailAddresses: EmailAddresses
}

interface Dependencies {
  store: Store
  users: Users
  sessions: Sessions
  identity: Identity
  outbox: Outbox
  throttle: Throttle
  clock: Clock
}

export function openAccounts(settings: Settings, given: Dependencies): Accounts {
  const { identity } = given
  const pages = () => settings.accountUrl ?? `${identity.issuer}/account`
  const links = new OneTimeLinks({ ...given, pages })
  const deps = { ...given, links }
  const { registration: mode, newUserScopes, scopes: definedScopes } = settings
  const mailedLinks = new MailedLinks(deps)
  return {
    oneTimeLinks: links,
    registration: new Registration({ ...deps, mode, newUserScopes }),
    invitations: new Invitations({ ...deps, mode, definedScopes }),
    enrolment: new Enrolment(deps),
    firstAdmin: new FirstAdmin(deps),
    ownData: new OwnData(deps),
    passwordResets: new PasswordResets({ ...deps, mailedLinks }),
    emailAddresses: new EmailAddresses({ ...deps, mailedLinks }),
  }
}

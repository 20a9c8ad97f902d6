import type { Clients } from './core/clients.js'
import type { Clock } from './core/clock.js'
import type { CustomClaims } from './core/custom-claims.js'
import type { Identity } from './core/identity.js'
import { Obstacles } from './core/obstacles.js'
import type { Outbox } from './core/outbox.js'
import type { PasswordCheck } from './core/password-check.js'
import type { PasswordPolicy } from './core/passwords/password-policy.js'
import type { Passwords } from './core/passwords/passwords.js'
import type { Revocations } from './core/revocations.js'
import type { StatusLists } from './core/status-lists.js'
import type { Throttle } from './core/throttle.js'
import { UserEdits } from './core/user-edits.js'
import { UserExport } from './core/user-export.js'
import { PiecewiseImport } from './core/user-import/piecewise-import.js'
import { UserImport } from './core/user-import/user-import.js'
import { Users } from './core/users.js'
import type { Waits } from './core/waits.js'
import type { Settings } from './settings/settings.js'
import type { Store } from './store/open.js'

/** Who can sign in. */
export interface People {
  readonly users: Users
  readonly userEdits: UserEdits
  readonly obstacles: Obstacles
  readonly userImport: UserImport
  readonly piecewiseImport: PiecewiseImport
  readonly userExport: UserExport
}

interface Dependencies {
  store: Store
  clients: Clients
  passwords: Passwords
  passwordCheck: PasswordCheck
  throttle: Throttle
  waits: Waits
  policy: PasswordPolicy
  claims: CustomClaims
  identity: Identity
  outbox: Outbox
  statusLists: StatusLists
  revocations: Revocations
  clock: Clock
}

export function openPeople(settings: Settings, deps: Dependencies): People {
  const { scopes: definedScopes } = settings
  const userEdits = new UserEdits({ ...deps, definedScopes })
  const users = new Users({ ...deps, edits: userEdits, definedScopes })
  const obstacles = new Obstacles({
    ...deps,
    passwordGrantIsOn: settings.passwordGrant,
    firstPartyIsOn: settings.firstPartyClient,
  })
  const userImport = new UserImport({ ...deps, definedScopes })
  const piecewiseImport = new PiecewiseImport({ ...deps, definedScopes })
  const userExport = new UserExport(deps)
  return { users, userEdits, obstacles, userImport, piecewiseImport, userExport }
}

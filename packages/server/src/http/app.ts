import type { Guard } from '@latchkey/guard'
import type { FastifyInstance, onRequestHookHandler, RouteOptions } from 'fastify'
import type { Audit } from '../core/audit/open.js'
import type { ClientRegistry } from '../core/client-registry.js'
import type { ClientSignIn } from '../core/client-sign-in.js'
import type { Clients } from '../core/clients.js'
import type { Clock } from '../core/clock.js'
import type { EmailAddresses } from '../core/email-addresses.js'
import type { Enrolment } from '../core/enrolment.js'
import type { Examination } from '../core/examination.js'
import type { FirstAdmin } from '../core/first-admin.js'
import type { Health } from '../core/health.js'
import type { Identity } from '../core/identity.js'
import type { Introspection } from '../core/introspection.js'
import type { Invitations } from '../core/invitations.js'
import type { KeyRotation } from '../core/key-rotation.js'
import type { Keys } from '../core/keys.js'
import type { Mails } from '../core/mails.js'
import type { Measures } from '../core/measures/measures.js'
import type { Obstacles } from '../core/obstacles.js'
import type { OwnData } from '../core/own-data.js'
import type { PasswordResets } from '../core/password-resets.js'
import type { PasswordPolicy } from '../core/passwords/password-policy.js'
import type { Refresh } from '../core/refresh.js'
import type { Registration } from '../core/registration.js'
import type { Sessions } from '../core/sessions.js'
import type { SignIn } from '../core/sign-in.js'
import type { Statistics } from '../core/statistics.js'
import type { StatusPublications } from '../core/status-publications.js'
import type { TokenRevocation } from '../core/token-revocation.js'
import type { Tracing } from '../core/tracing.js'
import type { UserEdits } from '../core/user-edits.js'
import type { PiecewiseImport } from '../core/user-import/piecewise-import.js'
import type { Users } from '../core/users.js'
import { BrowserSessions } from './browser-sessions.js'
import { allowOrigins } from './cors.js'
import { answerError } from './errors.js'
import { takeJson } from './json-body.js'
import { metadataOf } from './metadata.js'
import { measureRequests } from './request-measures.js'
import { accountPagesRoutes } from './routes/account-pages.js'
import { adminAuditRoutes } from './routes/admin/audit.js'
import { adminClientsRoutes } from './routes/admin/clients.js'
import { adminHealthRoutes } from './routes/admin/health.js'
import { adminInvitationsRoutes } from './routes/admin/invitations.js'
import { adminKeysRoutes } from './routes/admin/keys.js'
import { adminMailsRoutes } from './routes/admin/mails.js'
import { adminObstaclesRoutes } from './routes/admin/obstacles.js'
import { adminPasswordResetsRoutes } from './routes/admin/password-resets.js'
import { adminScopesRoutes } from './routes/admin/scopes.js'
import { adminSessionsRoutes } from './routes/admin/sessions.js'
import { adminStatisticsRoutes } from './routes/admin/statistics.js'
import { adminUserImportsRoutes } from './routes/admin/user-imports.js'
import { adminUsersRoutes } from './routes/admin/users.js'
import { consoleRoutes } from './routes/console.js'
import { docsRoutes } from './routes/docs.js'
import { emailVerificationsRoutes } from './routes/email-verifications.js'
import { clientCredentialsGrant } from './routes/grants/client-credentials.js'
import { passwordGrant } from './routes/grants/password.js'
import { refreshTokenGrant } from './routes/grants/refresh-token.js'
import { healthRoutes } from './routes/health.js'
import { introspectRoutes } from './routes/introspect.js'
import { meRoutes } from './routes/me.js'
import { type MetricsAccess, metricsRoute } from './routes/metrics.js'
import { myDataRoutes } from './routes/my-data.js'
import { myPasswordRoutes } from './routes/my-password.js'
import { mySessionsRoutes } from './routes/my-sessions.js'
import { passwordResetsRoutes } from './routes/password-resets.js'
import { passwordStrengthRoutes } from './routes/password-strength.js'
import { registrationRoutes } from './routes/registration.js'
import { revokeRoutes } from './routes/revoke.js'
import { statusListsRoutes } from './routes/status-lists.js'
import { tokenRoutes } from './routes/token.js'
import type { WebPages } from './routes/web-pages.js'
import { metadataOfPrefix, wellKnownRoutes } from './routes/well-known.js'
import { setCompilers } from './schema-compilers.js'

export interface HttpDependencies {
  audit: Audit
  clients: Clients
  clientRegistry: ClientRegistry
  clientSignIn: ClientSignIn
  clock: Clock
  enrolment: Enrolment
  examination: Examination
  firstAdmin: FirstAdmin
  emailAddresses: EmailAddresses
  guard: Guard
  health: Health
  identity: Identity
  introspection: Introspection
  invitations: Invitations
  keys: Keys
  keyRotation: KeyRotation
  mails: Mails
  measures: Measures
  tracing: Tracing
  /** Undefined leaves them out. */
  metrics: MetricsAccess | undefined
  obstacles: Obstacles
  passwordResets: PasswordResets
  piecewiseImport: PiecewiseImport
  passwordPolicy: PasswordPolicy
  revocation: TokenRevocation
  ownData: OwnData
  refresh: Refresh
  registration: Registration
  sessions: Sessions
  signIn: SignIn
  statistics: Statistics
  statusPublications: StatusPublications
  users: Users
  userEdits: UserEdits
  passwordGrantIsOn: boolean
  firstPartyIsOn: boolean
  /** Of users who register. */
  newUserScopes: readonly string[]
  /** Undefined where links lead to pages of somebody's own. */
  accountPages: WebPages | undefined
  /** Undefined where it is switched off. */
  console: WebPages | undefined
  corsOrigins: ReadonlySet<string>
  /** All scopes, with what each allows. */
  scopes: ReadonlyMap<string, string>
  /** Path under which all but the metadata's second place lives. */
  prefix: string
  /** The hook that lets only a valid token with these scopes pass. */
  requires: (...scopes: string[]) => onRequestHookHandler
  /** Undefined leaves the documentation out. */
  docs:
    | {
        version: string
        routes: () => readonly RouteOptions[]
        scopesRequired: (route: RouteOptions) => readonly string[] | undefined
        sharedSchemas: () => Record<string, unknown>
      }
    | undefined
}

/** Everything that Latchkey answers over HTTP, each part in a context of its own, so that none has the body parsers of another. */
export function httpRoutes(app: FastifyInstance, deps: HttpDependencies): void {
  app.setErrorHandler(answerError)
  setCompilers(app)
  measureRequests(app, deps.measures)

  const describe = () =>
    metadataOf({
      issuer: deps.identity.issuer,
      passwordGrantIsOn: deps.passwordGrantIsOn,
      scopes: [...deps.scopes.keys()],
      hasDocs: deps.docs !== undefined,
    })
  const browserSessions = new BrowserSessions(deps.identity, deps.corsOrigins)
  const grants = [
    ...(deps.passwordGrantIsOn ? [passwordGrant(deps.signIn)] : []),
    refreshTokenGrant(deps.refresh),
    clientCredentialsGrant(deps.clientSignIn),
  ]
  const { prefix } = deps
  const isAdmin = deps.requires('admin')

  const open = (routes: (child: FastifyInstance) => void) =>
    app.register(
      async (child) => {
        // Again, because a schema that the embedding app adds later would bring the app's back.
        setCompilers(child)
        allowOrigins(child, deps.corsOrigins)
        routes(child)
      },
      { prefix },
    )
  open((child) => tokenRoutes(child, { ...deps, grants, browserSessions }))
  open((child) => revokeRoutes(child, { ...deps, browserSessions }))
  open((child) => introspectRoutes(child, deps))
  open((child) => statusListsRoutes(child, deps))
  open((child) => wellKnownRoutes(child, { ...deps, metadata: describe }))
  open((child) => meRoutes(child, deps))
  open((child) => mySessionsRoutes(child, deps))
  open((child) => myPasswordRoutes(child, deps))
  open((child) => myDataRoutes(child, deps))
  open((child) => registrationRoutes(child, deps))
  open((child) => passwordResetsRoutes(child, deps))
  open((child) => emailVerificationsRoutes(child, deps))
  open((child) => passwordStrengthRoutes(child, deps))
  app.register(async (child) => {
    allowOrigins(child, deps.corsOrigins)
    metadataOfPrefix(child, prefix, describe)
  })

  const closed = (routes: (child: FastifyInstance) => void) =>
    app.register(
      async (child) => {
        setCompilers(child)
        routes(child)
      },
      { prefix },
    )
  closed((child) => healthRoutes(child, deps))
  const { metrics } = deps
  if (metrics !== undefined) closed((child) => metricsRoute(child, metrics))
  const { accountPages, console } = deps
  if (accountPages !== undefined) closed((child) => accountPagesRoutes(child, accountPages))
  if (console !== undefined) closed((child) => consoleRoutes(child, console))
  closed((child) => {
    takeJson(child)
    adminUsersRoutes(child, { ...deps, isAdmin })
    adminObstaclesRoutes(child, { ...deps, isAdmin })
    adminPasswordResetsRoutes(child, { ...deps, isAdmin })
    adminSessionsRoutes(child, { ...deps, isAdmin })
    adminInvitationsRoutes(child, { ...deps, isAdmin })
    adminClientsRoutes(child, { ...deps, isAdmin })
    adminKeysRoutes(child, { ...deps, isAdmin })
    adminMailsRoutes(child, { ...deps, isAdmin })
    adminAuditRoutes(child, { ...deps, isAdmin })
    adminHealthRoutes(child, { ...deps, isAdmin })
    adminScopesRoutes(child, { ...deps, isAdmin })
    adminStatisticsRoutes(child, { ...deps, isAdmin })
  })
  closed((child) => adminUserImportsRoutes(child, { ...deps, isAdmin }))
  const { docs, scopes } = deps
  if (docs !== undefined) closed((child) => docsRoutes(child, { ...docs, scopes }))
}

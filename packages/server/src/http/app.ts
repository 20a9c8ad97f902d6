import type { FastifyInstance, onRequestHookHandler, RouteOptions } from 'fastify'
import type { Clients } from '../core/clients.js'
import type { Health } from '../core/health.js'
import type { Keys } from '../core/keys.js'
import type { SignIn } from '../core/sign-in.js'
import type { Users } from '../core/users.js'
import { answerError } from './errors.js'
import { docsRoutes } from './routes/docs.js'
import { passwordGrant } from './routes/grants/password.js'
import { healthRoutes } from './routes/health.js'
import { meRoutes } from './routes/me.js'
import { tokenRoutes } from './routes/token.js'
import { wellKnownRoutes } from './routes/well-known.js'

export interface HttpDependencies {
  clients: Clients
  health: Health
  keys: Keys
  signIn: SignIn
  users: Users
  passwordGrantIsOn: boolean
  /** The hook that lets only a valid token pass. */
  authenticated: onRequestHookHandler
  /** Undefined leaves the documentation out. */
  docs:
    | {
        version: string
        routes: () => readonly RouteOptions[]
        scopesRequired: (route: RouteOptions) => readonly string[] | undefined
        scopes: ReadonlyMap<string, string>
        sharedSchemas: () => Record<string, unknown>
      }
    | undefined
}

/** Everything that Latchkey answers over HTTP, in a context of its own. */
export function httpRoutes(app: FastifyInstance, deps: HttpDependencies): void {
  app.setErrorHandler(answerError)
  setCompilers(app)

  const grants = deps.passwordGrantIsOn ? [passwordGrant(deps.signIn)] : []
  // In a context of its own: its body parser takes bytes and is for this one alone.
  app.register(async (child) => {
    // Again, because a schema that the embedding app adds later would bring the app's back.
    setCompilers(child)
    tokenRoutes(child, { clients: deps.clients, grants })
  })
  wellKnownRoutes(app, deps)
  meRoutes(app, deps)
  healthRoutes(app, deps)
  if (deps.docs !== undefined) docsRoutes(app, deps.docs)
}

/** An embedding app may have its own of each; they are not to read our schemas, nor write our answers. */
function setCompilers(app: FastifyInstance): void {
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
  app.setReplySerializer((value) => JSON.stringify(value))
}

import type { Guard } from '@latchkey/guard'
import { requires } from '@latchkey/guard/fastify'
import type { FastifyInstance, onRequestHookHandler, RouteOptions } from 'fastify'
import { builtInScopes } from './core/scopes.js'
import { httpRoutes } from './http/app.js'
import { atEveryRequest } from './http/every-request.js'
import type { Latchkey } from './latchkey.js'
import { isLoopback } from './loopback.js'
import { openExamination } from './running-examination.js'
import type { Environment } from './settings/read.js'
import { version } from './version.js'
import { openPages } from './web-pages.js'
import type { PagesName } from './web-texts.js'

/** What an app that embeds Latchkey finds at `app.latchkey`. */
export interface LatchkeyDecoration {
  /**
   * A hook for routes that only a valid token with all these scopes may reach; the handler then
   * finds `request.principal`.
   */
  requires(...scopes: string[]): onRequestHookHandler
  readonly guard: Guard
}

declare module 'fastify' {
  interface FastifyInstance {
    latchkey: LatchkeyDecoration
  }
}

export interface MountOptions {
  /** Path under which Latchkey's own routes live; none by default. */
  prefix: string
  docs: boolean
  isDemo?: boolean
  /** Where settings came from: for what there is to say of that. */
  environment?: Environment
  /** The app is nothing but Latchkey: what holds for every request holds for unknown paths too. */
  isAlone?: boolean
  /** In place of the process's own. */
  lateness?: () => number
}

/** Puts an open Latchkey into an app: two names on the app, all else in a child context. */
export function mount(app: FastifyInstance, latchkey: Latchkey, options: MountOptions): void {
  const guarded = new WeakMap<object, readonly string[]>()
  const decoration: LatchkeyDecoration = {
    guard: latchkey.guard,
    requires(...scopes) {
      const hook = requires(latchkey.guard, ...scopes)
      guarded.set(hook, scopes)
      return hook
    },
  }
  app.decorate('latchkey', decoration)
  app.decorateRequest('principal')
  const routes: RouteOptions[] = []
  const contexts = new Set([app])
  if (options.docs) {
    app.addHook('onRoute', function (route) {
      routes.push(route)
      contexts.add(this)
    })
  }

  const { isDemo = false, environment = {}, prefix } = options
  const pages = (name: PagesName) => openPages(name, latchkey.settings, { prefix, isDemo })
  const accountPages = latchkey.settings.accountUrl === undefined ? pages('account') : undefined
  const console = latchkey.settings.console ? pages('console') : undefined
  const { trustedProxies: proxies, forwardedHeader: header } = latchkey.settings
  const { maxEventLoopDelay: limit } = latchkey.settings
  const { lateness = latchkey.lateness } = options
  const everyRequest = {
    trusted: { proxies, header },
    issuer: () => latchkey.identity.issuer,
    load: { delay: lateness, limit, log: app.log },
  }
  if (options.isAlone) atEveryRequest(app, everyRequest)

  app.register(async (child) => {
    if (!options.isAlone) atEveryRequest(child, everyRequest)
    latchkey.traces.ofRequests(child)
    httpRoutes(child, {
      ...latchkey,
      tracing: latchkey.traces.tracing,
      accountPages,
      console,
      examination: openExamination(latchkey, { environment, isDemo }),
      passwordGrantIsOn: latchkey.settings.passwordGrant,
      firstPartyIsOn: latchkey.settings.firstPartyClient,
      newUserScopes: latchkey.settings.newUserScopes,
      corsOrigins: latchkey.settings.corsOrigins,
      metrics: latchkey.settings.metrics
        ? { token: latchkey.settings.metricsToken, collect: latchkey.metrics, isLoopback }
        : undefined,
      scopes: new Map([...builtInScopes, ...latchkey.settings.scopes]),
      prefix,
      requires: decoration.requires,
      docs: options.docs
        ? {
            version,
            routes: () => routes.filter(isShown),
            scopesRequired: (route) =>
              hooksOf(route)
                .map((hook) => guarded.get(hook))
                .find(Boolean),
            sharedSchemas: () => Object.assign({}, ...[...contexts].map((one) => one.getSchemas())),
          }
        : undefined,
    })
  })
}

/** Fastify makes a HEAD route for each GET; the documentation has no need of them. */
function isShown({ method, schema }: RouteOptions): boolean {
  return method !== 'HEAD' && !(schema as { hide?: boolean } | undefined)?.hide
}

/** `requires` is meant for `onRequest`, and does its work at any later point before the handler. */
function hooksOf(route: RouteOptions): object[] {
  const { onRequest = [], preParsing = [], preValidation = [], preHandler = [] } = route
  return [onRequest, preParsing, preValidation, preHandler].flat()
}

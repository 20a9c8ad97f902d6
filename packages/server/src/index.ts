import type { AddressInfo } from 'node:net'
import type { FastifyInstance, LogLevel } from 'fastify'
import fp from 'fastify-plugin'
import type { ClaimsFunction } from './core/custom-claims.js'
import { openLatchkey } from './latchkey.js'
import { isLoopback, isTcp } from './loopback.js'
import { mount } from './plugin.js'
import { readSettings } from './settings/read.js'
import type { SettingOptions } from './settings/settings.js'

export type { Principal } from '@latchkey/guard'
export type { ClaimsClient, ClaimsFunction, ClaimsUser } from './core/custom-claims.js'
export type { Json, JsonMembers } from './core/metadata.js'
export type { LatchkeyDecoration } from './plugin.js'
export { SettingsError } from './settings/read.js'
export type { SettingOptions } from './settings/settings.js'

/** Any setting in camelCase (`databaseUrl`, `accessTokenTtl: '15m'`), and where to mount. */
export type LatchkeyOptions = Omit<SettingOptions, 'claims' | 'logLevel'> & {
  /** What access tokens hold besides their own claims: as the setting maps them, or a function that makes them. */
  claims?: string | ClaimsFunction
  /** Fastify takes an option of this name as well, and wants it in its own type. */
  logLevel?: LogLevel
  /** Path under which Latchkey's own routes live, such as `/auth`; none by default. */
  prefix?: string
  /** Whether `/docs` and `/openapi.json` are there; they are by default. */
  docs?: boolean
}

/**
 * Latchkey as a plugin of one's own Fastify app. It adds `app.latchkey` and `request.principal`;
 * its routes, parsers, error handler and documentation live in a context of their own.
 *
 * Settings that are not given as options are taken from the environment.
 *
 * @example
 * await app.register(latchkey, { databaseUrl: 'sqlite:./data/app.db' })
 * app.get('/items/', { onRequest: app.latchkey.requires('items:read') }, listItems)
 *
 * @throws SettingsError with everything that is wrong with the settings
 */
export const latchkey = fp(embed, { fastify: '5.x', name: 'latchkey' })

async function embed(app: FastifyInstance, options: LatchkeyOptions): Promise<void> {
  const { prefix: mountedAt = '', docs = true, claims, ...given } = options
  const isMade = typeof claims === 'function'
  const prefix = pathOf(mountedAt)
  const settings = readSettings('embedded', process.env, {
    ...given,
    ...(!isMade && { claims }),
  })
  const open = await openLatchkey(settings, {
    log: app.log,
    ...(isMade && { claims }),
    isForDevelopment: process.env.NODE_ENV !== 'production',
    // Until the app listens only injected requests arrive, and they have no address.
    loopbackIssuer: `http://127.0.0.1${app.prefix}${prefix}`,
  })
  app.addHook('onClose', () => open.close())
  await open.start()
  app.addHook('onListen', async () => {
    const address = loopbackAddress(app)
    if (address !== undefined) open.identity.listensAt(`${address}${app.prefix}${prefix}`)
    else if (settings.issuer === undefined) return stopWithoutIssuer(app)
    open.hashPool.warmUp()
  })
  mount(app, open, { prefix, docs, environment: process.env })
}

/** Written in any way, `auth` or `/auth/`: the issuer holds it, and an issuer has one spelling. */
function pathOf(prefix: string): string {
  const bare = prefix.split('/').filter(Boolean).join('/')
  return bare === '' ? '' : `/${bare}`
}

/** The address at which this machine reaches the app; undefined when it listens elsewhere only. */
function loopbackAddress(app: FastifyInstance): string | undefined {
  const hosts = app.addresses().filter(isTcp).flatMap(loopbackHost)
  // Where `localhost` is both, their order is the resolver's; the issuer is not to depend on it.
  const host = hosts.find((known) => !known.startsWith('[')) ?? hosts[0]
  const scheme = app.initialConfig.https ? 'https' : 'http'
  return host === undefined ? undefined : `${scheme}://${host}`
}

function loopbackHost({ address, port }: AddressInfo): string[] {
  if (address === '0.0.0.0' || address === '::') return [`127.0.0.1:${port}`]
  if (!isLoopback(address)) return []
  return [`${address.includes(':') ? `[${address}]` : address}:${port}`]
}

/** Tokens of an issuer that nobody can reach would be refused everywhere; better to say so at once. */
async function stopWithoutIssuer(app: FastifyInstance): Promise<void> {
  app.log.fatal('issuer is required where the app does not listen on loopback; it is closed now')
  await app.close()
}

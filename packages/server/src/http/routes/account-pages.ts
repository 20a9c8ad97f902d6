import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { negotiateLanguage } from '../languages.js'
import { redirectSlash, refuseOtherMethods } from '../paths.js'

/** The account pages, written for this installation. */
export interface AccountPages {
  /** Their codes. */
  readonly languages: readonly string[]
  /** For readers of none of these. */
  readonly fallback: string
  readonly brandStyle: string
  readonly logo: { readonly type: string; readonly bytes: Buffer } | undefined
  page(language: string, encoding: Encoding): Promise<Buffer>
  /** Undefined for a name that no page asks for. */
  asset(name: string, encoding: Encoding): Promise<Asset | undefined>
}

export type Encoding = 'br' | 'gzip' | 'identity'

export interface Asset {
  readonly type: string
  readonly content: Buffer
}

interface Dependencies {
  readonly accountPages: AccountPages
}

/** `/account` and below: where users see to their account. All that a page does, it does by the public routes. */
export function accountPagesRoutes(app: FastifyInstance, { accountPages }: Dependencies): void {
  const schema = { hide: true }

  const show = async (request: FastifyRequest, reply: FastifyReply) => {
    const language = negotiateLanguage(request.headers, accountPages)
    const encoding = encodingFor(request.headers['accept-encoding'])
    const page = await accountPages.page(language, encoding)
    reply.headers(pageHeaders).header('content-language', language)
    return sendEncoded(reply.type('text/html; charset=utf-8'), page, encoding)
  }
  for (const path of paths) {
    const url = `/account${path}`
    app.get(url, { schema }, show)
    refuseOtherMethods(app, url, ['GET'])
  }
  redirectSlash(app, '/account/', '/account')
  app.get('/account/*', { schema }, (request, reply) => show(request, reply.code(404)))
  refuseOtherMethods(app, '/account/*', ['GET'])

  app.get<{ Params: { name: string } }>(
    '/account/assets/:name',
    { schema },
    async (request, reply) => {
      const encoding = encodingFor(request.headers['accept-encoding'])
      const asset = await accountPages.asset(request.params.name, encoding)
      if (asset === undefined) return reply.callNotFound()
      // The name says what is in it, so it never changes.
      reply.header('cache-control', 'public, max-age=31536000, immutable')
      return sendEncoded(reply.type(asset.type), asset.content, encoding)
    },
  )
  refuseOtherMethods(app, '/account/assets/:name', ['GET'])

  app.get('/account/brand.css', { schema }, (_request, reply) =>
    reply.headers(brief).type('text/css; charset=utf-8').send(accountPages.brandStyle),
  )
  refuseOtherMethods(app, '/account/brand.css', ['GET'])
  const { logo } = accountPages
  if (logo === undefined) return
  app.get('/account/logo', { schema }, (_request, reply) =>
    reply.headers(brief).headers(noScript).type(logo.type).send(logo.bytes),
  )
  refuseOtherMethods(app, '/account/logo', ['GET'])
}

const paths = [
  '',
  '/profile',
  '/password',
  '/sessions',
  '/data',
  '/sign-in',
  '/sign-up',
  '/forgotten-password',
  '/reset-password',
  '/verify-email',
  '/invitation',
  '/first-admin',
] as const

const pageHeaders = {
  'cross-origin-opener-policy': 'same-origin',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
}

const brief = { 'cache-control': 'public, max-age=300' }

/** A picture in SVG may hold scripts, which must not run where somebody opens it by itself. */
const noScript = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}

/** Nothing in a page is secret, so that its size may be seen (BREACH). */
function sendEncoded(reply: FastifyReply, content: Buffer, encoding: Encoding): FastifyReply {
  reply.header('vary', 'accept-encoding')
  if (encoding !== 'identity') reply.header('content-encoding', encoding)
  return reply.send(content)
}

function encodingFor(accepted: string | string[] | undefined): Encoding {
  const codings = String(accepted ?? '')
    .toLowerCase()
    .split(',')
    .filter((coding) => !/;\s*q=0(?:\.0*)?\s*$/.test(coding))
    .map((coding) => coding.split(';', 1)[0]?.trim())
  if (codings.includes('br')) return 'br'
  return codings.includes('gzip') ? 'gzip' : 'identity'
}

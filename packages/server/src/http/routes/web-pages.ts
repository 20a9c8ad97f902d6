import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import { negotiateLanguage } from '../languages.js'
import { redirectSlash, refuseOtherMethods } from '../paths.js'

/** Pages, written for this installation. */
export interface WebPages {
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

interface Place {
  /** Path below which they are. */
  readonly base: '/account' | '/console'
  /** Those below it that are a page each, in the router's form; every other is answered with 404. */
  readonly paths: readonly string[]
  readonly pages: WebPages
}

/** Pages of which each is the same document. All that one does, it does by the public routes. */
export function webPagesRoutes(app: FastifyInstance, { base, paths, pages }: Place): void {
  const schema = { hide: true }

  const show = async (request: FastifyRequest, reply: FastifyReply) => {
    const language = negotiateLanguage(request.headers, pages)
    const encoding = encodingFor(request.headers['accept-encoding'])
    const page = await pages.page(language, encoding)
    reply.headers(pageHeaders).header('content-language', language)
    return sendEncoded(reply.type('text/html; charset=utf-8'), page, encoding)
  }
  const get = (url: string, handler: RouteHandlerMethod) => app.get(url, { schema }, handler)
  // That of all below it too: no path has more methods than another.
  for (const url of [base, `${base}/*`]) refuseOtherMethods(app, url, ['GET'])
  for (const path of paths) get(`${base}${path}`, show)
  redirectSlash(app, `${base}/`, base)
  get(`${base}/*`, (request, reply) => {
    const { path, query } = partsOf(request.url)
    if (!path.endsWith('/')) return show(request, reply.code(404))
    return reply.redirect(path.replace(/\/+$/, '') + query, 307)
  })

  get(`${base}/assets/:name`, async (request, reply) => {
    const encoding = encodingFor(request.headers['accept-encoding'])
    const { name } = request.params as { name: string }
    const asset = await pages.asset(name, encoding)
    if (asset === undefined) return reply.callNotFound()
    // The name says what is in it, so it never changes.
    reply.header('cache-control', 'public, max-age=31536000, immutable')
    return sendEncoded(reply.type(asset.type), asset.content, encoding)
  })

  get(`${base}/brand.css`, (_request, reply) =>
    reply.headers(brief).type('text/css; charset=utf-8').send(pages.brandStyle),
  )
  const { logo } = pages
  if (logo === undefined) return
  get(`${base}/logo`, (_request, reply) =>
    reply.headers(brief).headers(noScript).type(logo.type).send(logo.bytes),
  )
}

const pageHeaders = {
  'cross-origin-opener-policy': 'same-origin',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
}

function partsOf(url: string): { readonly path: string; readonly query: string } {
  const end = url.indexOf('?')
  return end === -1 ? { path: url, query: '' } : { path: url.slice(0, end), query: url.slice(end) }
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

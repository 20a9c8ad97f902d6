import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify'
import { Refusal } from '../errors.js'
import { type Form, noFields, parseMultipart, parseUrlEncoded } from './form.js'
import { largestBody } from './limits.js'

/** Forms as bodies of requests: what is checked before one is read, and how it is. */

export const urlEncoded = 'application/x-www-form-urlencoded'
export const multipart = 'multipart/form-data'
export const json = 'application/json'

/** The body stays bytes until the checks before it are done: their order is the contract's (section 3). */
export function takeForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: largestBody },
    (_request, body, done) => done(null, body),
  )
}

/** A hook that turns away other media types before their body is looked at; an empty body needs none. */
export function takesOnly(mediaTypes: readonly string[]): onRequestHookHandler {
  return (request, _reply, done) => {
    const sent = mediaTypeOf(request)
    const known = sent === undefined ? !hasBody(request) : mediaTypes.includes(sent)
    done(known ? undefined : unsupported())
  }
}

/** @throws Refusal `field_repeated`, `field_malformed`, `body_malformed` */
export function readForm(request: FastifyRequest): Form {
  const body = request.body
  if (!Buffer.isBuffer(body) || body.length === 0) return noFields
  switch (mediaTypeOf(request)) {
    case urlEncoded:
      return parseUrlEncoded(body)
    case multipart:
      return parseMultipart(body, request.headers['content-type'] ?? '')
    default:
      // FastAPI finds no form field in JSON, and says so.
      return noFields
  }
}

/** @throws Refusal `field_missing` */
export function requireFields(form: Form, names: readonly string[]): void {
  const missing = names.filter((name) => !form.has(name))
  if (missing.length === 0) return
  const message = `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing`
  throw new Refusal('field_missing', { message, fields: missing })
}

/** Undefined where no type is named. */
function mediaTypeOf({ headers }: FastifyRequest): string | undefined {
  return headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() || undefined
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function unsupported(): Refusal {
  return new Refusal('media_type_unsupported', { message: `The body must be ${urlEncoded}` })
}

import { authorizationHeaders } from '@latchkey/guard/fastify'
import type { FastifyRequest } from 'fastify'
import type { Client, ClientCredentials, Clients } from '../core/clients.js'
import { Refusal } from '../errors.js'
import type { Form } from './form.js'
import { originOf } from './origin.js'

/**
 * What a request says of its client, by HTTP Basic or in the form (RFC 6749 section 2.3.1).
 * An empty id with an empty secret, as Swagger UI sends them, is no client.
 *
 * @param authorization every Authorization header of the request
 * @throws Refusal `client_authentication_ambiguous` for more than one way at once (checklist D05),
 * `client_not_authenticated` for Basic credentials that can't be read (D06)
 */
export function clientCredentials(
  authorization: readonly string[],
  form: Form,
): ClientCredentials | undefined {
  if (authorization.length > 1) throw ambiguous('There are two Authorization headers')
  const basic = parseBasic(authorization[0])
  const id = form.get('client_id')
  const secret = form.get('client_secret')
  if (basic === undefined) {
    return id === undefined && secret === undefined
      ? undefined
      : { id: id ?? '', secret: secret ?? '' }
  }
  if (secret !== undefined || (id !== undefined && id !== basic.id)) {
    throw ambiguous('The client is named both by HTTP Basic and in the form')
  }
  return basic
}

/** @throws Refusal `client_not_authenticated`, `client_authentication_ambiguous`, `too_many_attempts` */
export async function authenticateClient(
  clients: Clients,
  request: FastifyRequest,
  form: Form,
  origin = originOf(request),
): Promise<Client> {
  const credentials = clientCredentials(authorizationHeaders(request.raw.rawHeaders), form)
  return clients.authenticate(credentials, origin)
}

export function usesBasic(authorization: string | undefined): boolean {
  return authorization !== undefined && /^basic(?: |$)/i.test(authorization)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function parseBasic(authorization: string | undefined): ClientCredentials | undefined {
  // Other schemes are no client authentication here; a front end may send its last Bearer token along.
  if (authorization === undefined || !usesBasic(authorization)) return undefined
  const encoded = authorization.slice('basic'.length).trim()
  if (
    !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=?|[A-Za-z0-9+/]{2})?$/.test(
      encoded,
    )
  ) {
    throw unreadable()
  }
  try {
    const text = utf8.decode(Buffer.from(encoded, 'base64'))
    const colon = text.indexOf(':')
    if (colon === -1) throw unreadable()
    const [id, secret] = [formDecode(text.slice(0, colon)), formDecode(text.slice(colon + 1))]
    return id === '' && secret === '' ? undefined : { id, secret }
  } catch (cause) {
    throw unreadable(cause)
  }
}

/** Both halves are form-encoded before they are joined (RFC 6749 appendix B). */
function formDecode(half: string): string {
  return decodeURIComponent(half.replaceAll('+', ' '))
}

function ambiguous(message: string): Refusal {
  return new Refusal('client_authentication_ambiguous', { message })
}

function unreadable(cause?: unknown): Refusal {
  return new Refusal('client_not_authenticated', {
    message: 'The HTTP Basic credentials can not be read',
    cause,
  })
}

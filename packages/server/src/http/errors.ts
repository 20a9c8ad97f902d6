import { STATUS_CODES } from 'node:http'
import { Refusal as GuardRefusal } from '@latchkey/guard'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Refusal, type RefusalCode } from '../errors.js'
import { answerHeaders } from './answer-headers.js'
import { usesBasic } from './client-auth.js'
import { largestBody } from './limits.js'

/**
 * In which language a route answers errors: as the tutorial's FastAPI application does at
 * `/token`, by the letter of RFC 6749 at the other OAuth endpoints, or as problem details (RFC 9457).
 */
export type ErrorForm = 'tutorial' | 'oauth' | 'problem'

declare module 'fastify' {
  interface FastifyContextConfig {
    errorForm?: ErrorForm
    /** Of a body, where that is more than bodies have usually. */
    mostBytes?: number
  }
}

type Extra = (refusal: Refusal, request: FastifyRequest, form: ErrorForm) => Record<string, string>
type Row = readonly [status: number, error: string, extra?: Extra]

const bearerAtTutorial: Extra = (_refusal, _request, form) =>
  form === 'tutorial' ? { 'www-authenticate': 'Bearer' } : {}
const basicChallenge = 'Basic realm="latchkey", charset="UTF-8"'
const basicWhenUsed: Extra = (_refusal, request) =>
  usesBasic(request.headers.authorization) ? { 'www-authenticate': basicChallenge } : {}
/** RFC 7662 section 2.3 asks for a challenge by the scheme that was used. */
const askerChallenge: Extra = (_refusal, { headers: { authorization = '' } }) => ({
  'www-authenticate': /^bearer /i.test(authorization)
    ? 'Bearer error="invalid_token", error_description="A token with the scope introspect is needed"'
    : basicChallenge,
})
const retryAfter: Extra = ({ retryAfter: seconds = 1 }) => ({ 'retry-after': String(seconds) })
const invalidToken: Extra = ({ message }) => ({
  'www-authenticate': `Bearer error="invalid_token", error_description="${message}"`,
})

/** RFC 9470 section 3; the guard says the same of a token that is too old. */
const recentSignIn: Extra = () => ({
  'www-authenticate': 'Bearer error="insufficient_user_authentication", max_age="300"',
})

/** The contract's tables: what core says, and what HTTP answers. */
const rows: Readonly<Record<RefusalCode, Row>> = {
  media_type_unsupported: [415, 'invalid_request'],
  body_too_large: [413, 'invalid_request'],
  body_malformed: [400, 'invalid_request'],
  url_too_long: [414, 'invalid_request'],
  headers_too_many: [431, 'invalid_request'],
  field_repeated: [400, 'invalid_request'],
  field_malformed: [400, 'invalid_request'],
  field_missing: [400, 'invalid_request'],
  client_authentication_ambiguous: [400, 'invalid_request'],
  client_not_authenticated: [401, 'invalid_client', basicWhenUsed],
  asker_not_allowed: [401, 'invalid_client', askerChallenge],
  grant_unknown: [400, 'unsupported_grant_type'],
  grant_not_allowed: [400, 'unauthorized_client'],
  scope_not_allowed: [400, 'invalid_scope'],
  wrong_credentials: [400, 'invalid_grant', bearerAtTutorial],
  refresh_token_dead: [400, 'invalid_grant'],
  token_of_another_client: [400, 'invalid_request'],
  origin_not_allowed: [403, 'invalid_request'],
  two_refresh_tokens: [400, 'invalid_request'],
  too_many_attempts: [429, 'too_many_attempts', retryAfter],
  overloaded: [503, 'temporarily_unavailable', retryAfter],
  // Nobody hears it.
  caller_gone: [503, 'temporarily_unavailable'],
  storage_unavailable: [503, 'temporarily_unavailable', retryAfter],
  stopping: [503, 'temporarily_unavailable', retryAfter],
  metrics_closed: [403, 'access_denied'],
  metrics_token_wrong: [401, 'invalid_token', () => ({ 'www-authenticate': 'Bearer' })],
  session_ended: [401, 'invalid_token', invalidToken],
  claims_changed: [401, 'invalid_token', invalidToken],
  recent_sign_in_needed: [401, 'insufficient_user_authentication', recentSignIn],
  no_user_behind_token: [403, 'access_denied'],
  username_unusable: [422, 'invalid_request'],
  username_taken: [409, 'invalid_request'],
  email_unusable: [422, 'invalid_request'],
  email_taken: [409, 'invalid_request'],
  email_is_username: [409, 'invalid_request'],
  password_unusable: [422, 'invalid_request'],
  user_unknown: [404, 'invalid_request'],
  user_changed_since: [412, 'invalid_request'],
  registration_closed: [403, 'access_denied'],
  link_dead: [400, 'invalid_request'],
  invitation_unknown: [404, 'invalid_request'],
  user_unreachable: [409, 'invalid_request'],
  import_overtaken: [409, 'invalid_request'],
  file_unreadable: [422, 'invalid_request'],
  session_unknown: [404, 'invalid_request'],
  status_list_unknown: [404, 'invalid_request'],
  status_history_not_kept: [501, 'invalid_request'],
  client_unknown: [404, 'invalid_request'],
  client_unusable: [422, 'invalid_request'],
  client_id_taken: [409, 'invalid_request'],
  field_unusable: [422, 'invalid_request'],
  key_unknown: [404, 'invalid_request'],
  mail_unknown: [404, 'invalid_request'],
  keys_are_settings: [409, 'invalid_request'],
}

/** Where a form has another status: the tutorial's application's own, and 422 for bad fields outside the OAuth endpoints (contract, sections 3 and 4). */
const otherwise: Readonly<Record<ErrorForm, Partial<Record<RefusalCode, number>>>> = {
  tutorial: { field_missing: 422, wrong_credentials: 401 },
  oauth: {},
  problem: { field_malformed: 422, scope_not_allowed: 422 },
}

/** Answers any error thrown on the way of a request; what nobody expected is logged whole and told to nobody. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const form = formOf(request)
  const refusal = error instanceof Refusal ? error : refusalOf(error, request)
  if (error instanceof GuardRefusal) {
    send(reply, error.status, problem(error.status, error.detail), error.headers)
  } else if (refusal === undefined) {
    request.log.error({ err: error }, 'unexpected error')
    const detail = `Something went wrong on our side; the log has it under ${request.id}`
    send(reply, 500, bodyOf(form, 500, 'server_error', detail))
  } else if (request.is404 && ofBodies.has(refusal.code)) {
    // It does not matter where nobody would have read the body.
    answerNotFound(request, reply)
  } else {
    const isOurs = refusal.code === 'storage_unavailable'
    if (isOurs) request.log.error({ err: refusal }, 'refused')
    answerRefusal(isOurs ? outOfStorage : refusal, form, request, reply)
  }
}

const ofBodies: ReadonlySet<RefusalCode> = new Set([
  'media_type_unsupported',
  'body_too_large',
  'body_malformed',
])

/** What broke is told to the operator, in the log. */
const outOfStorage = new Refusal('storage_unavailable', {
  message: 'The storage can not be reached at the moment; try again',
})

export function answerNotFound(_request: FastifyRequest, reply: FastifyReply): void {
  send(reply, 404, problem(404, 'Not Found'))
}

/** Answers on the bare connection what is no request by HTTP, which no route ever sees. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Connection): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status = unreadable[error.code ?? ''] ?? 400
  const body = JSON.stringify(problem(status, 'The request can not be read'))
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'content-type: application/problem+json',
      ...Object.entries(answerHeaders).map(([name, value]) => `${name}: ${value}`),
      'connection: close',
      `content-length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  )
}

/** What is needed of a socket. */
interface Connection {
  readonly writable: boolean
  destroy(): unknown
  end(text: string): unknown
}

const unreadable: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
}

/** @param allowed the methods that the path has */
export function answerWrongMethod(
  request: FastifyRequest,
  reply: FastifyReply,
  allowed: readonly string[],
): void {
  const body = bodyOf(formOf(request), 405, 'invalid_request', 'Method Not Allowed')
  send(reply, 405, body, { allow: allowed.join(', ') })
}

function formOf(request: FastifyRequest): ErrorForm {
  return request.routeOptions.config.errorForm ?? 'problem'
}

function answerRefusal(
  refusal: Refusal,
  form: ErrorForm,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const [standard, error, extra] = rows[refusal.code]
  const status = otherwise[form][refusal.code] ?? standard
  // FastAPI's 422 lists the fields (contract, section 3); everywhere else the words are enough.
  const detail =
    form === 'tutorial' && status === 422 ? refusal.fields.map(missingField) : refusal.message
  const body = bodyOf(form, status, error, refusal.message, detail)
  // Extension members (RFC 9457 section 3.2).
  const { suggestions, challenge } = refusal
  const whole = {
    ...body,
    ...(form === 'problem' && suggestions && { suggestions }),
    ...(challenge && { challenge }),
  }
  send(reply, status, whole, extra?.(refusal, request, form))
}

/** `detail` repeats the description, for clients of FastAPI and Swagger UI. */
function bodyOf(
  form: ErrorForm,
  status: number,
  error: string,
  description: string,
  detail: string | object[] = description,
): object {
  return form === 'problem'
    ? problem(status, description)
    : { error, error_description: description, detail }
}

interface Problem {
  type: 'about:blank'
  title: string
  status: number
  detail: string
}

function problem(status: number, detail: string): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail }
}

function missingField(name: string): object {
  return { type: 'missing', loc: ['body', name], msg: 'Field required', input: null }
}

function send(
  reply: FastifyReply,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const type = 'title' in body ? 'application/problem+json' : 'application/json'
  reply
    .code(status)
    .headers({ ...answerHeaders, ...headers })
    .type(type)
    .send(body)
}

/** What Fastify itself turns away before any route sees it. */
function refusalOf(error: unknown, request: FastifyRequest): Refusal | undefined {
  const status = (error as Partial<FastifyError> | undefined)?.statusCode
  if (status === 413) {
    const most = request.routeOptions.config.mostBytes ?? largestBody
    return new Refusal('body_too_large', { message: `The body is over ${most / 1024} kB` })
  }
  if (status === 415) {
    return new Refusal('media_type_unsupported', { message: 'This media type is not understood' })
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return new Refusal('body_malformed', { message: 'The request can not be read' })
  }
  return undefined
}

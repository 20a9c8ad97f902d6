import Type, { type TSchema } from 'typebox'

/** What goes over the wire, for the routes and the documentation made from them. */

const text = (description: string) => Type.String({ description })

export const tokenForm = Type.Object({
  grant_type: Type.Optional(
    text('`password`, the same when it is absent or empty; `refresh_token`; `client_credentials`'),
  ),
  username: Type.Optional(text('The username, or a verified e-mail address')),
  password: Type.Optional(Type.String({ format: 'password', description: 'At most 1,024 bytes' })),
  refresh_token: Type.Optional(text('For the grant `refresh_token`')),
  scope: Type.Optional(text('Scopes wanted, parted by spaces; all that may be had when absent')),
  client_id: Type.Optional(text('Absent for your own app')),
  client_secret: Type.Optional(Type.String({ format: 'password' })),
})

export const tokenAnswer = Type.Object(
  {
    access_token: text('A JWT (RFC 9068)'),
    token_type: Type.Literal('bearer'),
    expires_in: Type.Integer({ description: 'Seconds' }),
    refresh_token: Type.Optional(
      text('For a new access token without the password; each is good for one use'),
    ),
    scope: Type.Optional(text('Scopes granted, parted by spaces; absent when there are none')),
  },
  { description: 'Signed in' },
)

export const oauthError = Type.Object(
  {
    error: text('A code of RFC 6749 section 5.2'),
    error_description: text('The same in words'),
    detail: text('The same words again'),
  },
  { description: 'Refused' },
)

export const validationError = Type.Object(
  {
    error: Type.Literal('invalid_request'),
    error_description: text('Which fields are missing'),
    detail: Type.Array(
      Type.Object({
        type: Type.String(),
        loc: Type.Array(Type.String()),
        msg: Type.String(),
        input: Type.Null(),
      }),
    ),
  },
  { description: 'A field is missing or empty' },
)

export const problem = {
  description: 'Refused (RFC 9457)',
  content: {
    'application/problem+json': {
      schema: Type.Object({
        type: Type.String(),
        title: Type.String(),
        status: Type.Integer(),
        detail: Type.String(),
      }),
    },
  },
}

export const user = Type.Object(
  {
    id: text('Never changes'),
    username: text('As typed at registration'),
    email: Type.Union([Type.String(), Type.Null()]),
    email_verified: Type.Boolean(),
    disabled: Type.Boolean(),
    scopes: Type.Array(Type.String()),
    created_at: Type.String({ format: 'date-time' }),
  },
  { description: 'The user' },
)

export const jwks = Type.Object(
  { keys: Type.Array(Type.Record(Type.String(), Type.Unknown())) },
  { description: 'The public keys (RFC 7517)' },
)

export const statusListAggregation = Type.Object(
  { status_lists: Type.Array(Type.String({ format: 'uri' })) },
  { description: 'The addresses of all status lists' },
)

export const statusList = {
  description: 'The status list, signed (draft-ietf-oauth-status-list section 5.1)',
  content: { 'application/statuslist+jwt': { schema: Type.String() } },
}

export const health = Type.Object({ status: Type.Literal('ok') }, { description: 'All is well' })

export const revocationForm = Type.Object({
  token: text('Any token of the session, access or refresh, current or old'),
  token_type_hint: Type.Optional(text('Taken, and not needed')),
  client_id: Type.Optional(text('Absent for your own app')),
  client_secret: Type.Optional(Type.String({ format: 'password' })),
})

export const introspectionForm = Type.Object({
  token: text('The token to look at'),
  token_type_hint: Type.Optional(text('Taken, and not needed')),
  client_id: Type.Optional(Type.String()),
  client_secret: Type.Optional(Type.String({ format: 'password' })),
})

export const introspection = Type.Object(
  {
    active: Type.Boolean(),
    token_type: Type.Optional(Type.String()),
    scope: Type.Optional(Type.String()),
    client_id: Type.Optional(Type.String()),
    username: Type.Optional(Type.String()),
    sub: Type.Optional(Type.String()),
    aud: Type.Optional(Type.Unknown()),
    iss: Type.Optional(Type.String()),
    exp: Type.Optional(Type.Integer()),
    iat: Type.Optional(Type.Integer()),
    jti: Type.Optional(Type.String()),
    sid: Type.Optional(Type.String()),
  },
  { description: 'What the token is good for; `active` alone for one that is good for nothing' },
)

export const metadata = Type.Record(Type.String(), Type.Unknown(), {
  description: 'Authorization server metadata (RFC 8414)',
})

export const confirmation = Type.Object(
  {
    current_password: Type.Optional(
      Type.String({ format: 'password', description: 'Not needed after a recent sign-in' }),
    ),
  },
  { additionalProperties: false },
)

export const newPassword = Type.Object(
  {
    ...confirmation.properties,
    new_password: Type.String({ format: 'password' }),
  },
  { additionalProperties: false },
)

const nullableText = Type.Union([Type.String(), Type.Null()])
const time = Type.String({ format: 'date-time' })

const mySession = Type.Object({
  id: Type.String(),
  current: Type.Boolean({ description: 'Whether this request belongs to it' }),
  client_id: Type.String(),
  address: nullableText,
  user_agent: nullableText,
  created_at: time,
  last_used_at: Type.String({ format: 'date-time', description: 'Rounded down to the hour' }),
})

const session = Type.Object({
  id: Type.String(),
  user_id: Type.String(),
  client_id: Type.String(),
  scope: nullableText,
  address: nullableText,
  user_agent: nullableText,
  created_at: time,
  last_used_at: time,
})

export const mySessions = listOf(mySession)
export const sessionList = listOf(session)

const scopeName = Type.String({ minLength: 1, maxLength: 64 })
const lifetime = Type.Union([Type.Integer({ minimum: 1, maximum: 315_360_000 }), Type.Null()], {
  description: 'Seconds; null for what the settings say',
})

export const clientTerms = Type.Object(
  {
    name: Type.Optional(
      Type.String({ maxLength: 128, pattern: '^\\P{Cc}+$', description: 'For people' }),
    ),
    grants: Type.Optional(
      Type.Array(
        Type.Union([
          Type.Literal('password'),
          Type.Literal('refresh_token'),
          Type.Literal('client_credentials'),
        ]),
        { maxItems: 8 },
      ),
    ),
    scopes: Type.Optional(Type.Array(scopeName, { maxItems: 256 })),
    access_token_ttl: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1, maximum: 86_400 }), Type.Null()], {
        description: 'Seconds, a day at most; null for what the settings say',
      }),
    ),
    refresh_idle_ttl: Type.Optional(lifetime),
    session_ttl: Type.Optional(lifetime),
  },
  { additionalProperties: false },
)

export const clientEdit = Type.Object(
  { ...clientTerms.properties, disabled: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
)

export const newClient = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 64 }),
    confidential: Type.Optional(
      Type.Boolean({ description: 'Whether it keeps a secret, as a server can; true by default' }),
    ),
    ...clientTerms.properties,
  },
  { additionalProperties: false },
)

export const client = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    confidential: Type.Boolean(),
    grants: Type.Array(Type.String()),
    scopes: Type.Array(Type.String()),
    access_token_ttl: lifetime,
    refresh_idle_ttl: lifetime,
    session_ttl: lifetime,
    disabled: Type.Boolean(),
    created_at: time,
    client_secret: Type.Optional(text('Only when it has just been made')),
  },
  { description: 'The client' },
)

export const clientList = listOf(client)

export const secretRequest = Type.Object(
  {
    overlap: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 31_536_000,
        description: 'Seconds for which older secrets stay good',
      }),
    ),
  },
  { additionalProperties: false },
)

export const clientSecret = Type.Object(
  { client_secret: text('Kept nowhere: it is told this once') },
  { description: 'The new secret' },
)

const nullableTime = Type.Union([time, Type.Null()])

export const signingKey = Type.Object(
  {
    kid: text('As in the tokens that it signs and in the JWKS'),
    alg: Type.String(),
    state: Type.Union([
      Type.Literal('pending'),
      Type.Literal('signing'),
      Type.Literal('verifying'),
      Type.Literal('over'),
      Type.Literal('retired'),
    ]),
    created_at: time,
    signs_from: time,
    verifies_until: nullableTime,
    retired_at: nullableTime,
  },
  { description: 'The key, without its private half' },
)

export const keyList = listOf(signingKey)

export const keyRotation = Type.Object(
  {
    now: Type.Optional(
      Type.Boolean({ description: 'Whether it signs in a moment, whoever has seen it' }),
    ),
  },
  { additionalProperties: false },
)

function listOf<Item extends TSchema>(item: Item) {
  return Type.Object(
    { items: Type.Array(item), next_cursor: nullableText },
    { description: 'A page of the list' },
  )
}

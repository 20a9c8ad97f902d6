import Type, { type TSchema } from 'typebox'

/** What goes over the wire, for the routes and the documentation made from them. */

export const text = (description: string) => Type.String({ description })

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
  altcha: Type.Optional(text('The solution of a challenge that an answer of 429 came with')),
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

export const nullableText = Type.Union([Type.String(), Type.Null()])
export const time = Type.String({ format: 'date-time' })

export function listOf<Item extends TSchema>(item: Item) {
  return Type.Object(
    { items: Type.Array(item), next_cursor: nullableText },
    { description: 'A page of the list' },
  )
}

import Type from 'typebox'

/** What goes over the wire, for the routes and the documentation made from them. */

const text = (description: string) => Type.String({ description })

export const tokenForm = Type.Object({
  grant_type: Type.Optional(text('`password`; the same when it is absent or empty')),
  username: text('The username, or a verified e-mail address'),
  password: Type.String({ format: 'password', description: 'At most 1,024 bytes' }),
  scope: Type.Optional(text('Scopes wanted, parted by spaces; all that may be had when absent')),
  client_id: Type.Optional(text('Absent for your own app')),
  client_secret: Type.Optional(Type.String({ format: 'password' })),
})

export const tokenAnswer = Type.Object(
  {
    access_token: text('A JWT (RFC 9068)'),
    token_type: Type.Literal('bearer'),
    expires_in: Type.Integer({ description: 'Seconds' }),
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

export const health = Type.Object({ status: Type.Literal('ok') }, { description: 'All is well' })

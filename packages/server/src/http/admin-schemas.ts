/** What the routes for admins take and answer. */

import Type from 'typebox'
import { obstacleCodes } from '../core/obstacles.js'
import { metadata, user } from './account-schemas.js'
import { pageQuery } from './pages.js'
import { listOf, nullableText, text, time } from './schemas.js'

export const userId = Type.String({ pattern: '^[0-9A-Za-z_-]{1,64}$' })

const session = Type.Object({
  id: Type.String(),
  user_id: Type.String(),
  username: nullableText,
  client_id: Type.String(),
  scope: nullableText,
  address: nullableText,
  user_agent: nullableText,
  created_at: time,
  last_used_at: time,
})

export const sessionList = listOf(session)

export const fullUser = Type.Object(
  { ...user.properties, admin_metadata: metadata('What only admins write and see') },
  { description: 'The user' },
)

export const userList = listOf(fullUser)

export const oneUser = Type.Object(
  {
    ...fullUser.properties,
    password: Type.Union(
      [
        Type.Object({
          format: text('Of the hash: `argon2id`, `bcrypt` and so on, or `unreadable`'),
          outdated: Type.Boolean({ description: 'Whether the next sign-in replaces the hash' }),
          set_at: time,
        }),
        Type.Null(),
      ],
      { description: 'How the password is kept; null where there is none' },
    ),
  },
  { description: 'The user' },
)

export const obstacleList = listOf(
  Type.Object({
    code: Type.Union(obstacleCodes.map((code) => Type.Literal(code))),
    stops: Type.Union([Type.Literal('all'), Type.Literal('some')], {
      description: 'Whether nobody gets in as this user, or only some sign-ins are refused',
    }),
    until: Type.Union([time, Type.Null()], { description: 'When it is over by itself' }),
    about: Type.Union([Type.String(), Type.Null()], {
      description: 'The name, the address or the reason that it is about',
    }),
  }),
)

const grantedScopes = Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 256 })

export const enrolment = Type.Object(
  {
    username: Type.String(),
    email: Type.Optional(
      Type.String({ format: 'email', description: 'Gets the link to choose a password by' }),
    ),
    email_verified: Type.Optional(
      Type.Boolean({ description: 'Whether the address is known to be theirs' }),
    ),
    scopes: Type.Optional(grantedScopes),
  },
  { additionalProperties: false },
)

export const newInvitation = Type.Object(
  {
    email: Type.String({ format: 'email' }),
    scopes: Type.Optional(grantedScopes),
  },
  { additionalProperties: false },
)

export const invitation = Type.Object(
  {
    id: Type.String(),
    email: Type.String(),
    scopes: Type.Union([Type.Array(Type.String()), Type.Null()], {
      description: 'Null for what everybody gets who registers',
    }),
    created_at: time,
    expires_at: time,
  },
  { description: 'The invitation, without its token' },
)

export const invitationList = listOf(invitation)

export const userEdit = Type.Object(
  {
    disabled: Type.Optional(Type.Boolean({ description: 'Ends all sessions' })),
    scopes: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
        maxItems: 256,
        description: 'All that the user has from now on',
      }),
    ),
    metadata: Type.Optional(metadata('What users write themselves, in place of all there was')),
    admin_metadata: Type.Optional(metadata('What only admins write, in place of all there was')),
  },
  { additionalProperties: false, minProperties: 1 },
)

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

const mailState = Type.Union([
  Type.Literal('queued'),
  Type.Literal('sent'),
  Type.Literal('failed'),
  Type.Literal('kept'),
])

const mailFields = {
  id: Type.String(),
  kind: text('What it is about: `password_reset` and so on'),
  state: mailState,
  to: Type.String(),
  user_id: nullableText,
  attempts: Type.Integer(),
  fault: Type.Union([Type.String(), Type.Null()], {
    description: 'Why the last attempt failed',
  }),
  created_at: time,
  next_attempt_at: nullableTime,
  sent_at: nullableTime,
  forgotten_at: nullableTime,
}

export const mailList = listOf(Type.Object(mailFields))

export const mail = Type.Object(
  {
    ...mailFields,
    subject: Type.Optional(text('Only where no mail server is set, for development')),
    text: Type.Optional(Type.String()),
    html: Type.Optional(Type.String()),
  },
  { description: 'The mail' },
)

export const mailQuery = Type.Object({
  ...pageQuery.properties,
  state: Type.Optional(mailState),
  user_id: Type.Optional(userId),
})

const auditEntry = Type.Object(
  {
    id: Type.String(),
    at: time,
    event: Type.String(),
    user_id: nullableText,
    session_id: nullableText,
    client_id: nullableText,
    actor: text('Who did it: `user:ID`, `cli`, `system`'),
    address: nullableText,
    request_id: nullableText,
    detail: Type.Unknown({ description: 'More of it, by the kind of event; null for nothing' }),
    seal: Type.Union([Type.Integer(), Type.Null()], {
      description: 'The number of its seal; null for the first seconds',
    }),
  },
  { description: 'The entry' },
)

export const auditList = listOf(auditEntry)

/** What the routes take and answer where users see to their own account. */

import Type from 'typebox'
import { listOf, nullableText, text, time } from './schemas.js'

/** Its shape is looked at where it is kept. */
export const metadata = (description: string) =>
  Type.Record(Type.String(), Type.Unknown(), { description })

export const user = Type.Object(
  {
    id: text('Never changes'),
    username: text('As typed at registration'),
    email: Type.Union([Type.String(), Type.Null()]),
    email_verified: Type.Boolean(),
    disabled: Type.Boolean(),
    scopes: Type.Array(Type.String()),
    metadata: metadata('What users write about themselves'),
    created_at: Type.String({ format: 'date-time' }),
  },
  { description: 'The user' },
)

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

// What an address is, core says: JSON Schema's idea of one is another.
const email = Type.String({ maxLength: 1024 })
const linkToken = Type.String({
  minLength: 1,
  maxLength: 256,
  description: 'What the link has after `#token=`',
})

export const myEdit = Type.Object(
  {
    ...confirmation.properties,
    email: Type.Optional(
      Type.String({
        maxLength: 1024,
        description: 'It counts from the moment when the link that is sent there is used',
      }),
    ),
    metadata: Type.Optional(metadata('In place of all there was')),
  },
  { additionalProperties: false, minProperties: 1 },
)

export const addressForm = Type.Object({ email }, { additionalProperties: false })

export const proofByLink = Type.Object({ token: linkToken }, { additionalProperties: false })

export const newPasswordByLink = Type.Object(
  { token: linkToken, password: Type.String({ format: 'password' }) },
  { additionalProperties: false },
)

const mySession = Type.Object({
  id: Type.String(),
  current: Type.Boolean({ description: 'Whether this request belongs to it' }),
  client_id: Type.String(),
  address: nullableText,
  user_agent: nullableText,
  created_at: time,
  last_used_at: Type.String({ format: 'date-time', description: 'Rounded down to the hour' }),
})

export const mySessions = listOf(mySession)

const newUsername = Type.String({ description: 'At most 128 characters; never changes' })
const newEmail = Type.Optional(
  Type.String({ format: 'email', description: 'Proved by the link that is sent there' }),
)

export const registration = Type.Object(
  {
    username: newUsername,
    password: Type.String({ format: 'password' }),
    email: newEmail,
    invitation: Type.Optional(
      text('The token of an invitation, whose address needs no more proof'),
    ),
  },
  { additionalProperties: false },
)

export const firstAdmin = Type.Object(
  {
    token: text('Of the link that the server printed at its first start'),
    username: newUsername,
    password: Type.String({ format: 'password' }),
    email: newEmail,
  },
  { additionalProperties: false },
)

const record = Type.Record(Type.String(), Type.Unknown())

export const ownData = Type.Object(
  {
    exported_at: time,
    user,
    sessions: Type.Array(record),
    audit: Type.Array(record),
    mails: Type.Array(record),
  },
  { description: 'All that is kept about the caller' },
)

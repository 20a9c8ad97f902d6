/** What the server answers of itself. */

import Type from 'typebox'
import { text, time } from './schemas.js'

const scope = Type.Object({
  name: Type.String(),
  allows: Type.Union([Type.String(), Type.Null()], {
    description: 'In words; null for one that is granted and defined nowhere',
  }),
  built_in: Type.Boolean({ description: 'Whether it means something to the server itself' }),
  only_by_name: Type.Boolean({ description: 'Whether a token has it only if it was asked for' }),
  of_everybody: Type.Boolean({ description: 'Whether every user has it' }),
  of_new_users: Type.Boolean({ description: 'Whether users get it who register' }),
  clients: Type.Array(Type.String(), { description: 'The registered clients that may have it' }),
  clients_are_all: Type.Boolean({ description: 'Whether there are no more than these' }),
})

export const scopeList = Type.Object(
  {
    items: Type.Array(scope),
    first_party: Type.Boolean({
      description:
        'Whether there is the client `first-party`, which may have all that its user has',
    }),
  },
  { description: 'The scopes' },
)

const finding = Type.Object({
  check: text('What was looked at'),
  verdict: Type.Union(
    [Type.Literal('holds'), Type.Literal('advises'), Type.Literal('warns'), Type.Literal('fails')],
    {
      description:
        '`advises`: it works as it was set, and another way would be safer; `fails`: it is broken',
    },
  ),
  detail: text('What was found'),
  remedy: Type.Optional(text('What to do about it')),
})

export const serverHealth = Type.Object(
  {
    examined_at: time,
    version: Type.String(),
    node: text('The version of Node.js'),
    uptime: Type.Integer({ description: 'Seconds, of the process that has looked' }),
    database: Type.Object({
      engine: Type.String(),
      bytes: Type.Union([Type.Integer(), Type.Null()], {
        description: 'Null while the database does not answer',
      }),
    }),
    findings: Type.Array(finding),
    left_out: Type.Array(Type.String(), { description: 'What only `latchkey doctor` looks at' }),
  },
  { description: 'What was found' },
)

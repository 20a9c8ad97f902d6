import type { FastifyInstance } from 'fastify'
import Type, { type Static } from 'typebox'
import type { PasswordPolicy } from '../../core/passwords/password-policy.js'
import { takeJson } from '../json-body.js'
import { refuseOtherMethods } from '../paths.js'
import { problem } from '../schemas.js'

interface Dependencies {
  passwordPolicy: PasswordPolicy
}

const question = Type.Object(
  {
    password: Type.String({ maxLength: 1024, format: 'password' }),
    username: Type.Optional(Type.String({ maxLength: 256 })),
    email: Type.Optional(Type.String({ maxLength: 256 })),
  },
  { additionalProperties: false },
)

const rating = Type.Object(
  {
    score: Type.Integer({ minimum: 0, maximum: 4, description: 'From easily guessed to hardly' }),
    acceptable: Type.Boolean({ description: 'Whether the password would be taken' }),
    reason: Type.Union([Type.String(), Type.Null()], { description: 'Why it would not' }),
    suggestions: Type.Array(Type.String(), { description: 'What to do better' }),
  },
  { description: 'What is to say of the password' },
)

/** `POST /password-strength`: what a form says while somebody chooses a password. Nothing of it is kept. */
export function passwordStrengthRoutes(app: FastifyInstance, deps: Dependencies): void {
  takeJson(app)
  const url = '/password-strength'
  app.post<{ Body: Static<typeof question> }>(url, {
    schema: {
      operationId: 'ratePassword',
      summary: 'How good a new password is',
      description: 'The username and the address are for what is easily guessed of them.',
      tags: ['Account'],
      body: question,
      response: { 200: rating, 422: problem, 503: problem },
    },
    config: { isCostly: true },
    handler: async (request) => {
      const { password, username = '', email } = request.body
      return deps.passwordPolicy.rate(password, { username, email })
    },
  })
  refuseOtherMethods(app, url, ['POST'])
}

import type { FastifyInstance } from 'fastify'
import type { Static } from 'typebox'
import type { FirstAdmin } from '../../core/first-admin.js'
import type { Registration } from '../../core/registration.js'
import { userRecord } from '../../core/users.js'
import { firstAdmin, registration, user } from '../account-schemas.js'
import { takeJson } from '../json-body.js'
import { originOf } from '../origin.js'
import { refuseOtherMethods } from '../paths.js'
import { problem } from '../schemas.js'

interface Dependencies {
  registration: Registration
  firstAdmin: FirstAdmin
}

const refused = {
  409: problem,
  413: problem,
  415: problem,
  422: problem,
  429: problem,
  503: problem,
}

/** `POST /users` and `POST /first-admin`: how people become users without anybody's token. */
export function registrationRoutes(app: FastifyInstance, deps: Dependencies): void {
  takeJson(app)

  app.post<{ Body: Static<typeof registration> }>('/users', {
    schema: {
      operationId: 'register',
      summary: 'Register',
      description:
        'The answer is the same whether the address is known or not: its owner learns more by mail.',
      tags: ['Account'],
      body: registration,
      response: { 201: user, 400: problem, 403: problem, ...refused },
    },
    config: { isCostly: true },
    handler: async (request, reply) => {
      const row = await deps.registration.register(request.body, originOf(request))
      reply.code(201)
      return userRecord(row)
    },
  })

  app.post<{ Body: Static<typeof firstAdmin> }>('/first-admin', {
    schema: {
      operationId: 'makeFirstAdmin',
      summary: 'Become the first admin',
      description: 'By the link that a new server prints, once, and only while nobody is an admin.',
      tags: ['Administration'],
      body: firstAdmin,
      response: { 201: user, 400: problem, ...refused },
    },
    handler: async (request, reply) => {
      const row = await deps.firstAdmin.create(request.body, originOf(request))
      reply.code(201)
      return userRecord(row)
    },
  })
  refuseOtherMethods(app, '/users', ['POST'])
  refuseOtherMethods(app, '/first-admin', ['POST'])
}

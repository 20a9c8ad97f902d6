import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { Static } from 'typebox'
import type { Origin } from '../../../core/audit.js'
import type { KeyRotation } from '../../../core/key-rotation.js'
import { type Keys, keyRecord } from '../../../core/keys.js'
import type { Users } from '../../../core/users.js'
import { keyList, keyRotation, signingKey } from '../../admin-schemas.js'
import { originOf } from '../../origin.js'
import { refuseOtherMethods } from '../../paths.js'
import { problem } from '../../schemas.js'

interface Dependencies {
  users: Users
  keys: Keys
  keyRotation: KeyRotation
  isAdmin: onRequestHookHandler
}

/** `/admin/keys`: what tokens are signed with. Nobody is shown a private half (checklist C01). */
export function adminKeysRoutes(app: FastifyInstance, deps: Dependencies): void {
  const { keys, keyRotation: rotation, isAdmin: onRequest } = deps
  const url = '/admin/keys'
  const tags = ['Administration']
  const refused = { 401: problem, 403: problem }
  const asAdmin = async (request: FastifyRequest): Promise<Origin> => {
    const admin = await deps.users.caller(request.principal)
    return originOf(request, `user:${admin.id}`)
  }

  app.get(url, {
    schema: {
      operationId: 'listKeys',
      summary: 'Signing keys, in the order in which they sign',
      description: 'All of them on one page. None with HS256, whose secret is a setting.',
      tags,
      response: { 200: keyList, ...refused },
    },
    onRequest,
    handler: async (request) => {
      await asAdmin(request)
      return { items: keys.ring.keys.map(keyRecord), next_cursor: null }
    },
  })

  app.post<{ Body: Static<typeof keyRotation> }>(url, {
    schema: {
      operationId: 'rotateKey',
      summary: 'Publish the next key',
      description:
        'It signs when all who check tokens have had time to see it, or in a moment with `now`. 200 where one was waiting already.',
      tags,
      body: keyRotation,
      response: { 200: signingKey, 201: signingKey, 409: problem, 422: problem, ...refused },
    },
    onRequest,
    handler: async (request, reply) => {
      const origin = await asAdmin(request)
      const { outcome, key } = await rotation.rotate(request.body?.now === true, origin)
      reply.code(outcome === 'made' ? 201 : 200)
      return keyRecord(key)
    },
  })

  app.delete<{ Params: { kid: string } }>(`${url}/:kid`, {
    schema: {
      operationId: 'retireKey',
      summary: 'Refuse all tokens of a key that is in somebody else’s hands',
      description: 'Where it signs, the next one does so at once.',
      tags,
      response: {
        204: { description: 'Retired' },
        404: problem,
        409: problem,
        ...refused,
      },
    },
    onRequest,
    handler: async (request, reply) => {
      const origin = await asAdmin(request)
      await rotation.retire(request.params.kid, origin)
      return reply.code(204).send()
    },
  })
  refuseOtherMethods(app, url, ['GET', 'POST'])
  refuseOtherMethods(app, `${url}/:kid`, ['DELETE'])
}

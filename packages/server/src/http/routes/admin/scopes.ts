import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import type { ClientRegistry } from '../../../core/client-registry.js'
import { scopeRecords } from '../../../core/scope-list.js'
import type { Users } from '../../../core/users.js'
import { refuseOtherMethods } from '../../paths.js'
import { problem } from '../../schemas.js'
import { scopeList } from '../../server-schemas.js'

interface Dependencies {
  users: Users
  clientRegistry: ClientRegistry
  scopes: ReadonlyMap<string, string>
  newUserScopes: readonly string[]
  firstPartyIsOn: boolean
  isAdmin: onRequestHookHandler
}

/** Clients that are looked at: who has more knows them by name. */
const mostClients = 1_000

/** `/admin/scopes`: what there is to grant, and who may have it. */
export function adminScopesRoutes(app: FastifyInstance, deps: Dependencies): void {
  const url = '/admin/scopes'
  app.get(url, {
    schema: {
      operationId: 'listScopes',
      summary: 'All scopes, and who may have them',
      description:
        'The built-in ones, those of `LATCHKEY_SCOPES`, and those that clients or new users have. The client `first-party` may have whatever its user has.',
      tags: ['Administration'],
      response: { 200: scopeList, 401: problem, 403: problem },
    },
    onRequest: deps.isAdmin,
    handler: async (request) => {
      await deps.users.caller(request.principal)
      const { rows: clients, next } = await deps.clientRegistry.list({ limit: mostClients })
      const records = scopeRecords({
        defined: deps.scopes,
        ofNewUsers: deps.newUserScopes,
        clients,
        clientsAreAll: next === null,
      })
      return { items: records, first_party: deps.firstPartyIsOn }
    },
  })
  refuseOtherMethods(app, url, ['GET'])
}

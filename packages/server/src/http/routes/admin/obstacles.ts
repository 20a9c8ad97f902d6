import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import { type Obstacles, obstacleRecord } from '../../../core/obstacles.js'
import type { UserEdits } from '../../../core/user-edits.js'
import type { Users } from '../../../core/users.js'
import { obstacleList } from '../../admin-schemas.js'
import { originOf } from '../../origin.js'
import { refuseOtherMethods } from '../../paths.js'
import { problem } from '../../schemas.js'
import { userIdOf, type WithId } from './users.js'

interface Dependencies {
  users: Users
  userEdits: UserEdits
  obstacles: Obstacles
  isAdmin: onRequestHookHandler
}

/** `/admin/users/{id}/obstacles` and `/attempts`: why somebody can't sign in, and an end to their waits. */
export function adminObstaclesRoutes(app: FastifyInstance, deps: Dependencies): void {
  const { users, userEdits, obstacles, isAdmin: onRequest } = deps
  const url = '/admin/users/:id/obstacles'
  const attempts = '/admin/users/:id/attempts'
  const tags = ['Administration']
  const refused = { 401: problem, 403: problem, 404: problem }

  app.get<WithId>(url, {
    schema: {
      operationId: 'listObstacles',
      summary: 'What stands between a user and a sign-in now',
      description: 'All of it on one page; nothing where they can sign in. Looking is no attempt.',
      tags,
      response: { 200: obstacleList, ...refused },
    },
    onRequest,
    handler: async (request) => {
      await users.caller(request.principal)
      const found = await obstacles.of(await userEdits.get(userIdOf(request)))
      return { items: found.map(obstacleRecord), next_cursor: null }
    },
  })

  app.delete<WithId>(attempts, {
    schema: {
      operationId: 'unlockUser',
      summary: 'Forget the failed attempts with a user’s names',
      description: 'The next attempt is looked at without a wait. Limits of networks stay.',
      tags,
      response: { 204: { description: 'Forgotten' }, ...refused },
    },
    onRequest,
    handler: async (request, reply) => {
      const admin = await users.caller(request.principal)
      const user = await userEdits.get(userIdOf(request))
      await obstacles.unlock(user, originOf(request, `user:${admin.id}`))
      return reply.code(204).send()
    },
  })
  refuseOtherMethods(app, url, ['GET'])
  refuseOtherMethods(app, attempts, ['DELETE'])
}

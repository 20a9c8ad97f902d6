import { Readable } from 'node:stream'
import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import type { Clock } from '../../core/clock.js'
import type { OwnData } from '../../core/own-data.js'
import { type Users, userRecord } from '../../core/users.js'
import { ownData as ownDataSchema } from '../account-schemas.js'
import { refuseOtherMethods } from '../paths.js'
import { problem } from '../schemas.js'

interface Dependencies {
  users: Users
  ownData: OwnData
  clock: Clock
  requires: (...scopes: string[]) => onRequestHookHandler
}

/** `GET /users/me/export`: all that is kept about the caller, as a file. */
export function myDataRoutes(app: FastifyInstance, deps: Dependencies): void {
  const { users, ownData, clock } = deps
  const url = '/users/me/export'

  app.get(url, {
    schema: {
      operationId: 'exportMe',
      summary: 'All that is kept about me',
      description: 'As a file: the record, live sessions, what the audit log has, and mails.',
      tags: ['Account'],
      response: { 200: ownDataSchema, 401: problem, 403: problem },
    },
    onRequest: deps.requires('account'),
    handler: async (request, reply) => {
      const caller = await users.caller(request.principal)
      const facts = { exported_at: new Date(clock()).toISOString(), user: userRecord(caller) }
      reply.type('application/json').headers({
        'content-disposition': 'attachment; filename="account.json"',
      })
      return reply.send(Readable.from(written(facts, ownData.listsOf(caller))))
    },
  })
  refuseOtherMethods(app, url, ['GET'])
}

/** One JSON object, of facts and then lists, each of which may be long. */
async function* written(
  facts: Readonly<Record<string, unknown>>,
  lists: Readonly<Record<string, AsyncIterable<object>>>,
): AsyncIterable<string> {
  const members = Object.entries(facts).map(([name, fact]) => `"${name}":${JSON.stringify(fact)}`)
  yield `{${members.join(',\n')}`
  for (const [name, list] of Object.entries(lists)) {
    yield `,\n"${name}":[`
    let between = '\n'
    for await (const record of list) {
      yield `${between}${JSON.stringify(record)}`
      between = ',\n'
    }
    yield ']'
  }
  yield '}\n'
}

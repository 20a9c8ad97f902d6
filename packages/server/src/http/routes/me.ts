import type { Guard } from '@latchkey/guard'
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { Static } from 'typebox'
import type { EmailAddresses } from '../../core/email-addresses.js'
import { checkVersion, type UserEdits } from '../../core/user-edits.js'
import { type Users, userRecord } from '../../core/users.js'
import type { UserRow } from '../../store/schema.js'
import { confirmation, myEdit, user } from '../account-schemas.js'
import { takeJson } from '../json-body.js'
import { originOf } from '../origin.js'
import { redirectSlash, refuseOtherMethods } from '../paths.js'
import { requireRecentSignIn } from '../recent-sign-in.js'
import { problem } from '../schemas.js'
import { versionAskedFor, versionOf } from '../versions.js'

interface Dependencies {
  users: Users
  userEdits: UserEdits
  emailAddresses: EmailAddresses
  guard: Guard
  requires: (...scopes: string[]) => onRequestHookHandler
}

type Confirmed = { Body: Static<typeof confirmation> }

/** `/users/me`: the caller's own record, changes of it, and its end. */
export function meRoutes(app: FastifyInstance, deps: Dependencies): void {
  const { users, userEdits, emailAddresses } = deps
  takeJson(app)
  const tags = ['Account']
  const url = '/users/me'

  app.get(url, {
    schema: {
      operationId: 'readMe',
      summary: 'Who am I',
      description: 'The `ETag` is for `If-Match` when the account is changed.',
      tags,
      response: { 200: user, 401: problem },
    },
    onRequest: deps.requires(),
    handler: (request, reply) => {
      const caller = users.caller(request.principal)
      // The framework takes microseconds longer over a promise, even one that is fulfilled.
      if (caller instanceof Promise) return caller.then((row) => shown(row, reply))
      reply.send(shown(caller, reply))
      return undefined
    },
  })

  app.patch<{ Body: Static<typeof myEdit> }>(url, {
    schema: {
      operationId: 'editMe',
      summary: 'Change my account',
      description:
        'Another address needs the current password, or a sign-in of the last five minutes; a link is sent there, and until it is used the old address stays. With `If-Match` only as long as nobody else has changed the account.',
      tags,
      body: myEdit,
      response: {
        200: user,
        401: problem,
        403: problem,
        409: problem,
        412: problem,
        422: problem,
        429: problem,
      },
    },
    onRequest: deps.requires('account'),
    handler: async (request, reply) => {
      const { email, metadata, current_password: current } = request.body
      const caller = await users.caller(request.principal)
      const origin = originOf(request, `user:${caller.id}`)
      const seen = versionAskedFor(request)
      checkVersion(caller, seen)
      // First, because a mail can't be taken back.
      userEdits.check(caller, { metadata })
      if (email !== undefined) {
        await requireRecentSignIn(deps, request, caller, current)
        await emailAddresses.change(caller, email, origin)
      }
      if (metadata === undefined) return shown(caller, reply)
      return shown(await userEdits.edit(caller.id, { metadata }, origin, seen), reply)
    },
  })

  const deletion = (operationId: string) => ({
    schema: {
      operationId,
      summary: 'Delete my account',
      description: 'Needs the current password, or a sign-in of the last five minutes.',
      tags,
      body: confirmation,
      response: { 204: { description: 'Deleted' }, 401: problem, 403: problem, 429: problem },
    },
    onRequest: deps.requires('account'),
    handler: async (request: FastifyRequest<Confirmed>, reply: FastifyReply) => {
      const caller = await users.caller(request.principal)
      await requireRecentSignIn(deps, request, caller, request.body?.current_password)
      await userEdits.remove(caller.id, originOf(request, `user:${caller.id}`))
      return reply.code(204).send()
    },
  })
  app.delete<Confirmed>(url, deletion('deleteMe'))
  // For callers whose DELETE can have no body (RFC 9110 section 9.3.5).
  app.post<Confirmed>(`${url}/deletion`, deletion('deleteMyAccount'))

  redirectSlash(app, `${url}/`, url)
  refuseOtherMethods(app, url, ['GET', 'PATCH', 'DELETE'])
  refuseOtherMethods(app, `${url}/deletion`, ['POST'])
}

function shown(caller: UserRow, reply: FastifyReply) {
  reply.header('etag', versionOf(caller))
  return userRecord(caller)
}

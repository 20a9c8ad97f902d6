import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import Type, { type Static } from 'typebox'
import type { Enrolment } from '../../../core/enrolment.js'
import type { UserEdits } from '../../../core/user-edits.js'
import { isWanted, type UserFilter } from '../../../core/user-list.js'
import { fullUserRecord, type Users } from '../../../core/users.js'
import { Refusal } from '../../../errors.js'
import type { UserId, UserRow } from '../../../store/schema.js'
import { enrolment, oneUser, userEdit, userList } from '../../admin-schemas.js'
import { originOf } from '../../origin.js'
import { pageQuery, pageSize } from '../../pages.js'
import { refuseOtherMethods } from '../../paths.js'
import { problem } from '../../schemas.js'
import { versionAskedFor, versionOf } from '../../versions.js'

interface Dependencies {
  users: Users
  userEdits: UserEdits
  enrolment: Enrolment
  isAdmin: onRequestHookHandler
}

export interface WithId {
  Params: { id: string }
}

const yesOrNo = Type.Union([Type.Literal('true'), Type.Literal('false')])

const query = Type.Object({
  ...pageQuery.properties,
  username: Type.Optional(
    Type.String({ minLength: 1, maxLength: 256, description: 'The one user of this name' }),
  ),
  search: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 256,
      description: 'Two characters or more that the username or the address holds',
    }),
  ),
  disabled: Type.Optional(yesOrNo),
  email_verified: Type.Optional(yesOrNo),
  scope: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'One that the user has' }),
  ),
})

/** `/admin/users`: everybody who can sign in. */
export function adminUsersRoutes(app: FastifyInstance, deps: Dependencies): void {
  const { users, userEdits, isAdmin: onRequest } = deps
  const url = '/admin/users'
  const tags = ['Administration']
  const refused = { 401: problem, 403: problem, 422: problem }

  app.get<{ Querystring: Static<typeof query> }>(url, {
    schema: {
      operationId: 'listUsers',
      summary: 'Users, oldest first, or by a part of a name',
      description:
        'What is asked for must all be so. A page can hold fewer than there are, or none, where few of many fit; `next_cursor` goes on.',
      tags,
      querystring: query,
      response: { 200: userList, ...refused },
    },
    onRequest,
    handler: async (request) => {
      await users.caller(request.principal)
      const { username } = request.query
      const wanted = { ...filterOf(request.query), ...pageSize(request.query) }
      if (username !== undefined) {
        const found = await users.find(username)
        const items = found !== undefined && isWanted(found, wanted) ? [fullUserRecord(found)] : []
        return { items, next_cursor: null }
      }
      const page = await users.list(wanted)
      return { items: page.rows.map(fullUserRecord), next_cursor: page.next }
    },
  })

  app.post<{ Body: Static<typeof enrolment> }>(url, {
    schema: {
      operationId: 'addUser',
      summary: 'Make a user',
      description: 'Who chooses a password by the link that is mailed to the address.',
      tags,
      body: enrolment,
      response: { 201: oneUser, 409: problem, ...refused },
    },
    onRequest,
    handler: async (request, reply) => {
      const admin = await users.caller(request.principal)
      const { email_verified: emailVerified, ...wanted } = request.body
      const origin = originOf(request, `user:${admin.id}`)
      const row = await deps.enrolment.enrol({ ...wanted, emailVerified }, origin)
      reply.code(201).header('location', `${app.prefix}${url}/${row.id}`)
      return shown(row, users, reply)
    },
  })

  app.get<WithId>(`${url}/:id`, {
    schema: {
      operationId: 'readUser',
      summary: 'A user',
      description: 'The `ETag` is for `If-Match` when the user is changed.',
      tags,
      response: { 200: oneUser, 404: problem, ...refused },
    },
    onRequest,
    handler: async (request, reply) => {
      await users.caller(request.principal)
      return shown(await userEdits.get(userIdOf(request)), users, reply)
    },
  })

  app.patch<WithId & { Body: Static<typeof userEdit> }>(`${url}/:id`, {
    schema: {
      operationId: 'editUser',
      summary: 'Change what a user may do, and what is kept about them',
      description:
        'All together, or nothing. With `If-Match` only as long as nobody else has changed the user.',
      tags,
      body: userEdit,
      response: { 200: oneUser, 404: problem, 412: problem, ...refused },
    },
    onRequest,
    handler: async (request, reply) => {
      const admin = await users.caller(request.principal)
      const origin = originOf(request, `user:${admin.id}`)
      const id = userIdOf(request)
      const seen = versionAskedFor(request)
      const { admin_metadata: adminMetadata, ...rest } = request.body
      const row = await userEdits.edit(id, { ...rest, adminMetadata }, origin, seen)
      return shown(row, users, reply)
    },
  })
  app.delete<WithId>(`${url}/:id`, {
    schema: {
      operationId: 'removeUser',
      summary: 'Delete a user, whose sessions end',
      description:
        'The name is never given again. With `If-Match` only as long as nobody else has changed the user.',
      tags,
      response: { 204: { description: 'Deleted' }, 404: problem, 412: problem, ...refused },
    },
    onRequest,
    handler: async (request, reply) => {
      const admin = await users.caller(request.principal)
      const origin = originOf(request, `user:${admin.id}`)
      await userEdits.remove(userIdOf(request), origin, versionAskedFor(request))
      return reply.code(204).send()
    },
  })
  refuseOtherMethods(app, url, ['GET', 'POST'])
  refuseOtherMethods(app, `${url}/:id`, ['GET', 'PATCH', 'DELETE'])
}

function filterOf(asked: Static<typeof query>): UserFilter {
  const { search, disabled, email_verified: emailVerified, scope } = asked
  return {
    search,
    disabled: disabled && disabled === 'true',
    emailVerified: emailVerified && emailVerified === 'true',
    scope,
  }
}

/** PostgreSQL fails at text that it can not hold, such as a NUL: no such text gets there. */
export function userIdOf({ params: { id } }: FastifyRequest<WithId>): UserId {
  if (/^[0-9A-Za-z_-]{1,64}$/.test(id)) return id as UserId
  throw new Refusal('user_unknown', { message: 'There is no such user' })
}

async function shown(row: UserRow, users: Users, reply: FastifyReply) {
  reply.header('etag', versionOf(row))
  return { ...fullUserRecord(row), password: await users.passwordRecord(row.id) }
}

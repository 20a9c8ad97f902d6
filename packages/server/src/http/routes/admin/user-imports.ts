import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { Static } from 'typebox'
import type { Clock } from '../../../core/clock.js'
import { randomId } from '../../../core/random.js'
import type { PieceOutcome, PiecewiseImport } from '../../../core/user-import/piecewise-import.js'
import type { Users } from '../../../core/users.js'
import { Refusal } from '../../../errors.js'
import { type PieceForm, usersInPiece } from '../../../imports/piece.js'
import { checkRequests } from '../../json-body.js'
import { originOf } from '../../origin.js'
import { refuseOtherMethods } from '../../paths.js'
import { problem } from '../../schemas.js'
import { userImportAnswer, userImportQuery, userLines } from '../../user-import-schemas.js'

interface Dependencies {
  users: Users
  piecewiseImport: PiecewiseImport
  clock: Clock
  isAdmin: onRequestHookHandler
}

/** `/admin/user-imports`: users of a file, piece by piece. */
export function adminUserImportsRoutes(app: FastifyInstance, deps: Dependencies): void {
  const { users, piecewiseImport, clock, isAdmin: onRequest } = deps
  const url = '/admin/user-imports'
  takeLines(app)

  app.post<{ Querystring: Static<typeof userImportQuery>; Body: Buffer }>(url, {
    schema: {
      operationId: 'importUsers',
      summary: 'Make users of lines of a file, in the form of an export',
      description:
        'JSON lines, or CSV that begins with its header: at most 512 kB and 5,000 lines at a time. A larger file comes in pieces, each with the same `import_id` and its own `first_line`; a piece that is sent again makes nobody twice, and is answered as before.',
      tags: ['Administration'],
      consumes: Object.keys(forms),
      querystring: userImportQuery,
      body: userLines,
      response: {
        200: userImportAnswer,
        401: problem,
        403: problem,
        413: problem,
        415: problem,
        422: problem,
      },
    },
    config: { mostBytes },
    onRequest,
    handler: async (request, reply) => {
      const admin = await users.caller(request.principal)
      // Told to go because of its length, before anybody knew that it is wanted here.
      reply.removeHeader('connection')
      const { dry_run: dryRun, import_id: importId = randomId(), file = 'users' } = request.query
      const isTrial = dryRun === 'true'
      const records = usersInPiece({ ...pieceIn(request), now: clock() })
      const origin = originOf(request, `user:${admin.id}`)
      return answerOf(await piecewiseImport.take({ importId, file, records, isTrial }, origin))
    },
  })
  refuseOtherMethods(app, url, ['POST'])
}

/** Bytes: some thousand users, and a second's work. */
const mostBytes = 512 * 1024
const mostLines = 5000

const forms: Readonly<Record<string, PieceForm>> = {
  'application/x-ndjson': 'ndjson',
  'text/csv': 'csv',
}

function takeLines(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    Object.keys(forms),
    { parseAs: 'buffer', bodyLimit: mostBytes },
    (_request, body, done) => done(null, body),
  )
  checkRequests(app, ['querystring'])
}

function pieceIn({
  headers: { 'content-type': type = '' },
  query: { first_line: firstLine },
  body,
}: FastifyRequest<{ Querystring: Static<typeof userImportQuery>; Body: Buffer }>) {
  const form = forms[type.split(';', 1)[0]?.trim().toLowerCase() ?? '']
  if (form === undefined) {
    throw new Refusal('media_type_unsupported', { message: 'This media type is not understood' })
  }
  if (hasMoreLines(body)) {
    throw new Refusal('body_too_large', { message: `The body has over ${mostLines} lines` })
  }
  const first = form === 'csv' ? 2 : 1
  return { form, bytes: body, firstLine: firstLine === undefined ? first : Number(firstLine) }
}

function hasMoreLines(body: Buffer): boolean {
  let lines = 0
  for (let at = body.indexOf(0x0a); at !== -1; at = body.indexOf(0x0a, at + 1)) lines += 1
  return lines > mostLines
}

function answerOf({ report, leftOut }: PieceOutcome): Static<typeof userImportAnswer> {
  const { imported, present, formats } = report
  const rejects = leftOut.map(({ at, why }) => ({ line: at, why: why.slice(0, longestWhy) }))
  return { imported, present, left_out: leftOut.length, formats, rejects }
}

/** Characters: what is wrong may be quoted, however long it is. */
const longestWhy = 500

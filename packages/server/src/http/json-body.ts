import type { FastifyInstance } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Refusal } from '../errors.js'
import { largestBody } from './limits.js'

/** JSON as bodies of requests, checked at the door by the route's own schema. */
export function takeJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: largestBody },
    app.getDefaultJsonParser('error', 'error'),
  )
  checkRequests(app)
}

/** Checks what comes in by the schemas of the routes; a part that is not named is checked by whoever reads it. */
export function checkRequests(
  app: FastifyInstance,
  parts: readonly string[] = ['body', 'querystring', 'params', 'headers'],
): void {
  app.setValidatorCompiler<TSchema>(({ schema, httpPart = 'body' }) => {
    if (!parts.includes(httpPart)) return (value: unknown) => ({ value })
    // When it is first needed: to compile them all takes a twentieth of a start.
    let compiled: ReturnType<typeof Compile> | undefined
    return (value: unknown) => {
      compiled ??= Compile(schema)
      // A body may be left out where all of it is optional.
      const given = httpPart === 'body' ? (value ?? {}) : value
      if (compiled.Check(given)) return { value: given }
      const [first] = compiled.Errors(given)
      const field = first?.instancePath.split('/')[1] ?? ''
      const fields = field === '' ? [] : [field]
      const message = `${field === '' ? httpPart : field} ${first?.message ?? 'is not as it should be'}`
      return { error: new Refusal('field_unusable', { message, fields }) }
    }
  })
}

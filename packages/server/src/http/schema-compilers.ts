import type { FastifyInstance } from 'fastify'

/**
 * A route's schema is documentation: nothing is checked by it, and nothing written, but where a
 * context takes JSON. An embedding app may have compilers of its own; they are not to read our
 * schemas, nor to write our answers.
 */
export function setCompilers(app: FastifyInstance): void {
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
  app.setReplySerializer((value) => JSON.stringify(value))
}

// In the bundle, in place of the compilers of schemas that Fastify loads at the start of every app:
// ours bring their own before the first route, and these are a fifth of all that a start would read.
module.exports = () => () => {
  throw new Error('An app of this program must set its own compilers of schemas')
}

import { requires } from '@latchkey/guard/express'
import express from 'express'
import { auth } from 'express-oauth2-jwt-bearer'
import { passportJwtSecret } from 'jwks-rsa'
import passport from 'passport'
import { ExtractJwt, Strategy } from 'passport-jwt'

export const apps = {
  bare: async () => listening(),
  latchkey: async ({ guard }) => listening(requires(guard)),
  'express-oauth2-jwt-bearer': async ({ issuer, jwksUri, algorithm }) =>
    listening(auth({ issuer, jwksUri, audience: issuer, tokenSigningAlg: algorithm })),
  async 'passport-jwt'({ issuer, jwksUri, algorithm }) {
    const options = {
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKeyProvider: passportJwtSecret({ jwksUri, cache: true, rateLimit: true }),
      issuer,
      audience: issuer,
      algorithms: [algorithm],
    }
    passport.use(new Strategy(options, (claims, done) => done(null, claims)))
    return listening(passport.authenticate('jwt', { session: false }))
  },
}

function listening(...middleware) {
  const app = express()
  app.get('/items/', ...middleware, (_request, response) => {
    response.json([{ item_id: 1, name: 'Example Item' }])
  })
  return (port) => app.listen(port, '127.0.0.1')
}

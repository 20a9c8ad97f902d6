// One route in one framework, guarded by one thing: `guarded-app.mjs fastify latchkey`.
import { createGuard } from '@latchkey/guard'

const [framework, by] = process.argv.slice(2)
const { ISSUER: issuer = '', SERVER: server = '', PORT } = process.env
const { apps } = await import(`./adapters/${framework}.mjs`)

const jwksUri = `${server}/.well-known/jwks.json`
const jwks = await (await fetch(jwksUri)).json()
const guard = createGuard({
  issuer,
  audience: issuer,
  // The server's port was not known when the tokens were made.
  fetch: (url, init) => fetch(String(url).replace(issuer, server), init),
})
if (by === 'latchkey') await guard.ready()
const listen = await apps[by]({ guard, issuer, jwks, jwksUri, algorithm: jwks.keys[0].alg })
await listen(Number(PORT))

import type { FastifyInstance } from 'fastify'
import { answerHeaders, strictTransport } from './answer-headers.js'
import { findClientAddresses, keepPeer, type TrustedProxies } from './client-address.js'
import { tooLarge } from './limits.js'
import { type Load, shedLoad } from './load-shedding.js'

interface EveryRequest {
  trusted: TrustedProxies
  issuer: () => string
  load: Load
}

/** What is done at each request before its route sees it: in one hook, because every hook takes a moment of every request. */
export function atEveryRequest(
  app: FastifyInstance,
  { trusted, issuer, load }: EveryRequest,
): void {
  findClientAddresses(app, trusted)
  app.addHook('onRequest', (request, reply, done) => {
    keepPeer(request)
    reply.headers(answerHeaders)
    if (issuer().startsWith('https:')) reply.headers(strictTransport)
    done(tooLarge(request, reply))
  })
  shedLoad(app, load)
}

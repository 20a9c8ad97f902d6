import type { FastifyInstance } from 'fastify'

/** What every answer has where its route does not say otherwise: no cache keeps it, and no page shows, runs or leaks it. */
export const answerHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // Pages of origins that may call do so by CORS, which this does not concern.
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const

/** @param issuer an https one is the promise that this host is reached by https only (checklist J07) */
export function setAnswerHeaders(app: FastifyInstance, issuer: () => string): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(answerHeaders)
    if (issuer().startsWith('https:')) reply.header('strict-transport-security', aYear)
    done()
  })
}

/** Its subdomains are not ours to speak for. */
const aYear = 'max-age=31536000'

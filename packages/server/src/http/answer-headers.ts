/** What every answer has where its route does not say otherwise: no cache keeps it, and no page shows, runs or leaks it. */
export const answerHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // Pages of origins that may call do so by CORS, which this does not concern.
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const

/** An https issuer is the promise that this host is reached by https only (checklist J07); its subdomains are not ours to speak for. */
export const strictTransport = { 'strict-transport-security': 'max-age=31536000' } as const

import type { Refresh } from '../../../core/refresh.js'
import type { Grant } from './grant.js'

/** The refresh grant (RFC 6749 section 6). */
export function refreshTokenGrant(refresh: Refresh): Grant {
  return {
    grantType: 'refresh_token',
    fields: ['refresh_token'],
    run: ({ form, client, origin }) =>
      refresh.run({
        token: form.get('refresh_token') ?? '',
        scope: form.get('scope'),
        client,
        origin,
      }),
  }
}

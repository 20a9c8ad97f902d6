import type { Sessions } from '../../../core/sessions.js'
import type { Grant } from './grant.js'

/** The refresh grant (RFC 6749 section 6). */
export function refreshTokenGrant(sessions: Sessions): Grant {
  return {
    grantType: 'refresh_token',
    fields: ['refresh_token'],
    run: ({ form, client, origin }) =>
      sessions.refresh({
        token: form.get('refresh_token') ?? '',
        scope: form.get('scope'),
        client,
        origin,
      }),
  }
}

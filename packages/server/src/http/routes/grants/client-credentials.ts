import type { ClientSignIn } from '../../../core/client-sign-in.js'
import type { Grant } from './grant.js'

/** The client credentials grant (RFC 6749 section 4.4). */
export function clientCredentialsGrant(clientSignIn: ClientSignIn): Grant {
  return {
    grantType: 'client_credentials',
    fields: [],
    run: ({ form, client, origin }) => clientSignIn.run(client, form.get('scope'), origin),
  }
}

import type { SignIn } from '../../../core/sign-in.js'
import type { Grant } from './grant.js'

/** The resource owner password credentials grant (RFC 6749 section 4.3), for first-party clients. */
export function passwordGrant(signIn: SignIn): Grant {
  return {
    grantType: 'password',
    fields: ['username', 'password'],
    run: ({ form, client, origin, device }) =>
      signIn.withPassword({
        username: form.get('username') ?? '',
        password: form.get('password') ?? '',
        scope: form.get('scope'),
        client,
        origin,
        device,
        solution: form.get('altcha'),
      }),
  }
}

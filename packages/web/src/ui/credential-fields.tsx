import { say } from '../texts/texts.js'
import { Field, PasswordField } from './field.js'
import type { Faults } from './form.js'

/** Who wants to sign in, and their password. */
export function CredentialFields({ faults }: { readonly faults: Faults }) {
  return (
    <>
      <Field
        name="username"
        label={say('usernameOrEmail')}
        autoComplete="username"
        fault={faults.username}
        required
      />
      <PasswordField
        name="password"
        label={say('password')}
        autoComplete="current-password"
        fault={faults.password}
        required
      />
    </>
  )
}

import { Dialog } from '../ui/dialog.js'
import { Field } from '../ui/field.js'
import { addressFault, Form, type Values } from '../ui/form.js'
import { addUser, type FullUser } from './api/users.js'
import { say } from './say.js'
import { ScopesField, scopesIn } from './scopes-field.js'

interface AddUserProps {
  readonly onClose: () => void
  readonly onAdded: (user: FullUser) => void
}

/** Makes a user, who chooses a password by a link that is mailed to them. */
export function AddUser({ onClose, onAdded }: AddUserProps) {
  return (
    <Dialog title={say('userAdd')} onClose={onClose}>
      <Form
        submit={say('userAdd')}
        required={['username']}
        check={({ email }) => ({ email: addressFault(email) })}
        send={async (values) => onAdded(await addUser(userOf(values)))}
      >
        {(faults) => (
          <>
            <Field
              name="username"
              label={say('username')}
              autoComplete="off"
              hint={say('usernameHint')}
              fault={faults.username}
              required
            />
            <Field
              type="email"
              name="email"
              label={say('emailOptional')}
              autoComplete="off"
              hint={say('userAddEmailHint')}
              fault={faults.email}
            />
            <ScopesField fault={faults.scopes} />
          </>
        )}
      </Form>
    </Dialog>
  )
}

function userOf({ username = '', email = '', scopes = '' }: Values) {
  return { username, scopes: scopesIn(scopes), ...(email !== '' && { email }) }
}

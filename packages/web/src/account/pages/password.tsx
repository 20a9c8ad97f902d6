import { useState } from 'react'
import { changePassword } from '../../api/account'
import { say } from '../../texts/texts'
import { PasswordField } from '../../ui/field'
import { Form } from '../../ui/form'
import { NewPasswordField } from '../../ui/new-password-field'
import { Success } from '../../ui/notice'
import { Page } from '../../ui/page'
import { useAccount } from '../queries'

export default function Password() {
  const { data: account } = useAccount()
  /** How often it was changed: each time the form begins anew. */
  const [changes, setChanges] = useState(0)
  return (
    <Page title={say('passwordTitle')}>
      <p>{say('passwordIntro')}</p>
      <Success>{changes > 0 && say('passwordChanged')}</Success>
      <Form
        key={changes}
        submit={say('changePassword')}
        required={['current_password', 'new_password']}
        send={async ({ current_password = '', new_password = '' }) => {
          await changePassword(new_password, { current_password })
          setChanges(changes + 1)
        }}
      >
        {(faults) => (
          <>
            {/* So that a password manager knows whose it is. */}
            <input
              name="username"
              autoComplete="username"
              value={account?.username ?? ''}
              readOnly
              hidden
            />
            <PasswordField
              name="current_password"
              label={say('currentPassword')}
              autoComplete="current-password"
              fault={faults.current_password}
              required
            />
            <NewPasswordField
              name="new_password"
              label={say('newPassword')}
              fault={faults.new_password}
              username={account?.username}
              email={account?.email ?? undefined}
            />
          </>
        )}
      </Form>
    </Page>
  )
}

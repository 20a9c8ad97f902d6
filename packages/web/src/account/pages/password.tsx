import { useState } from 'react'
import { changePassword } from '../../api/account.js'
import { say } from '../../texts/texts.js'
import { PasswordField } from '../../ui/field.js'
import { Form } from '../../ui/form.js'
import { NewPasswordField } from '../../ui/new-password-field.js'
import { Done } from '../../ui/notice.js'
import { Page } from '../../ui/page.js'
import { useAccount } from '../queries.js'

export function Password() {
  const { data: account } = useAccount()
  /** How often it was changed: each time the form begins anew. */
  const [changes, setChanges] = useState(0)
  return (
    <Page title={say('passwordTitle')}>
      <p>{say('passwordIntro')}</p>
      {changes > 0 && <Done key={changes}>{say('passwordChanged')}</Done>}
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

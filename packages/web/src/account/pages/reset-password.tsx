import { resetPassword } from '../../api/visitors.js'
import { say } from '../../texts/texts.js'
import { NewPasswordField } from '../../ui/new-password-field.js'
import { LinkPage } from './link-page.js'

export default function ResetPassword() {
  return (
    <LinkPage
      title={say('newPasswordTitle')}
      intro={say('newPasswordIntro')}
      submit={say('setPassword')}
      required={['password']}
      send={(token, { password = '' }) => resetPassword(token, password)}
      done={{ title: say('passwordIsSet'), hint: say('passwordIsSetHint') }}
    >
      {(faults) => (
        <NewPasswordField name="password" label={say('newPassword')} fault={faults.password} />
      )}
    </LinkPage>
  )
}

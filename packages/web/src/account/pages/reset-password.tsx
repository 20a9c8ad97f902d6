import { resetPassword } from '../../api/visitors'
import { say } from '../../texts/texts'
import { NewPasswordField } from '../../ui/new-password-field'
import { LinkPage } from './link-page'

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

import { resetPassword } from '../../api/visitors.js'
import { say } from '../../texts/texts.js'
import { NewPasswordField } from '../../ui/new-password-field.js'
import { places } from '../places.js'
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
      instead={{ href: places.forgottenPassword, text: say('resetAgain') }}
    >
      {(faults) => (
        <NewPasswordField name="password" label={say('newPassword')} fault={faults.password} />
      )}
    </LinkPage>
  )
}

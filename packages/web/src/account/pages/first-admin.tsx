import { makeFirstAdmin } from '../../api/visitors'
import { say } from '../../texts/texts'
import { NewAccount } from './new-account'

export default function FirstAdmin() {
  return (
    <NewAccount
      title={say('firstAdminTitle')}
      intro={say('firstAdminIntro')}
      submit={say('createAdmin')}
      create={(token, user) => makeFirstAdmin(user, token)}
      done={say('adminReady')}
    />
  )
}

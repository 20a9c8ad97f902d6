import { makeFirstAdmin } from '../../api/visitors.js'
import { say } from '../../texts/texts.js'
import { NewAccount } from './new-account.js'

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

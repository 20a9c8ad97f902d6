import { register } from '../../api/visitors'
import { say } from '../../texts/texts'
import { NewAccount } from './new-account'

export default function Invitation() {
  return (
    <NewAccount
      title={say('invitationTitle')}
      intro={say('invitationIntro')}
      submit={say('join')}
      create={(invitation, user) => register({ ...user, invitation })}
      done={say('accountReady')}
    />
  )
}

import { register } from '../../api/visitors.js'
import { say } from '../../texts/texts.js'
import { NewAccount } from './new-account.js'

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

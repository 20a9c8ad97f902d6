import { Problem } from '../../api/problem'
import { verifyAddress } from '../../api/visitors'
import { inWords } from '../../texts/faults'
import { say } from '../../texts/texts'
import { LinkPage } from './link-page'

export default function VerifyEmail() {
  return (
    <LinkPage
      title={say('verifyTitle')}
      intro={say('verifyIntro')}
      submit={say('verify')}
      required={[]}
      send={verifyAddress}
      explain={(error) =>
        error instanceof Problem && error.status === 409 ? say('addressTaken') : inWords(error)
      }
      done={{ title: say('addressVerified'), hint: say('addressVerifiedHint') }}
    />
  )
}

import { Problem } from '../../api/problem.js'
import { verifyAddress } from '../../api/visitors.js'
import { inWords } from '../../texts/faults.js'
import { say } from '../../texts/texts.js'
import { LinkPage } from './link-page.js'

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

import { valueIn } from '../../inspector/json-members.js'
import type { Judgement } from '../../inspector/judge.js'
import { say } from '../say.js'
import type { Jwt } from './use-inspection.js'

interface ProtectionProps {
  readonly token: Jwt
  readonly signature: Judgement['signature']
}

/** How it is signed and encrypted, and what that is worth. */
export function Protection({ token, signature }: ProtectionProps) {
  return (
    <section>
      <h2>{say('inspectProtection')}</h2>
      {token.kind === 'encrypted' ? (
        <>
          <p>{howEncrypted(token)}</p>
          <p>{say('inspectEncryptedWhy')}</p>
        </>
      ) : (
        <>
          <p>{say(signatureTexts[signatureOf(token, signature)])}</p>
          <p>{say('inspectNotEncrypted')}</p>
        </>
      )}
    </section>
  )
}

const signatureTexts = {
  good: 'inspectSignedGood',
  goodBySecret: 'inspectSignedGoodSecret',
  wrong: 'inspectSignedWrong',
  keyless: 'inspectSignedKeyless',
  unchecked: 'inspectSignedUnchecked',
  none: 'inspectSignedNone',
} as const

function signatureOf({ header }: Jwt, signature: Judgement['signature']) {
  const isBySecret = signature === 'good' && valueIn(header, 'alg') === 'HS256'
  return isBySecret ? 'goodBySecret' : signature
}

function howEncrypted({ header }: Jwt): string {
  const [algorithm, content, kid] = ['alg', 'enc', 'kid'].map((name) => valueIn(header, name))
  const values = { algorithm: String(algorithm), content: String(content) }
  return kid === undefined
    ? say('inspectEncrypted', values)
    : say('inspectEncryptedFor', { ...values, kid: String(kid) })
}

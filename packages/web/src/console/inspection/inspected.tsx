import { type ReactNode, useId, useState } from 'react'
import { Link } from 'wouter'
import { type Member, valueIn } from '../../inspector/json-members.js'
import { placeOfUser } from '../places.js'
import { useAdmin } from '../rights.js'
import { say } from '../say.js'
import { Life } from './life.js'
import { Members } from './members.js'
import { Protection } from './protection.js'
import { type Inspection, type Jwt, useInspection } from './use-inspection.js'
import { Verdict } from './verdict.js'
import { claimMeaning, headerMeaning, timeInWords } from './words.js'

/** All that can be said of a JWT. */
export function Inspected({ token }: { readonly token: Jwt }) {
  const [secret, setSecret] = useState('')
  const inspection = useInspection(token, secret)
  const isBySecret = token.kind === 'signed' && valueIn(token.header, 'alg') === 'HS256'
  return (
    <>
      <Verdict token={token} inspection={inspection} />
      {isBySecret && <SecretField onSecret={setSecret} />}
      {inspection !== undefined && <Parts token={token} inspection={inspection} />}
    </>
  )
}

interface PartsProps {
  readonly token: Jwt
  readonly inspection: Inspection
}

function Parts({ token, inspection: { judgement, now } }: PartsProps) {
  const seconds = now / 1000
  const isEncrypted = token.kind === 'encrypted'
  const isAdmin = useAdmin() !== undefined
  const isBelieved = isAdmin && judgement.signature === 'good'
  return (
    <>
      {token.kind === 'signed' && token.claims && <Life claims={token.claims} now={seconds} />}
      <Protection token={token} signature={judgement.signature} />
      {token.kind === 'signed' && (
        <Members
          title={say('inspectClaims')}
          members={token.claims}
          text={token.texts.claims}
          meaning={(claim) => (
            <>
              {claimMeaning(claim)}
              <Beside>{timeInWords(claim, seconds)}</Beside>
              {isBelieved && <UserLink claim={claim} claims={token.claims} />}
            </>
          )}
        />
      )}
      <Members
        title={say('inspectHeader')}
        members={token.header}
        text={isEncrypted ? undefined : token.texts.header}
        meaning={(member) => headerMeaning(member, isEncrypted)}
      />
    </>
  )
}

function Beside({ children }: { readonly children: ReactNode }) {
  if (children === undefined) return null
  return (
    <>
      : <strong>{children}</strong>
    </>
  )
}

interface UserLinkProps {
  readonly claim: Member
  readonly claims: readonly Member[] | undefined
}

/** To the page of whom it is about, unless that is a client. */
function UserLink({ claim, claims }: UserLinkProps) {
  const { name, value } = claim
  if (name !== 'sub' || typeof value !== 'string' || value === valueIn(claims, 'client_id')) {
    return null
  }
  return (
    <>
      {' '}
      <Link href={placeOfUser(value)}>{say('inspectOpenUser')}</Link>
    </>
  )
}

function SecretField({ onSecret }: { readonly onSecret: (secret: string) => void }) {
  const id = useId()
  return (
    <div className="field narrow">
      <label htmlFor={id}>{say('inspectSecret')}</label>
      <input
        id={id}
        type="password"
        autoComplete="off"
        aria-describedby={`${id}-hint`}
        onInput={(event) => onSecret(event.currentTarget.value)}
      />
      <small id={`${id}-hint`}>{say('inspectSecretHint')}</small>
    </div>
  )
}

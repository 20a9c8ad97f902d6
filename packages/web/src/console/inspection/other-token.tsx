import type { ReadToken } from '../../inspector/read-token.js'
import { say } from '../say.js'

type Other = Exclude<ReadToken, { kind: 'signed' | 'encrypted' }>

/** What is no JWT: what it is, and what to do with it. */
export function OtherToken({ token }: { readonly token: Other }) {
  if (token.kind === 'refresh') return <Refresh token={token} />
  const isSecret = token.kind === 'clientSecret'
  return (
    <section className="verdict unknown">
      <div role="status">
        <h2>{say(isSecret ? 'inspectClientSecret' : 'inspectOpaque')}</h2>
      </div>
      <p>{say(isSecret ? 'inspectClientSecretText' : 'inspectOpaqueText')}</p>
    </section>
  )
}

function Refresh({ token: { refresh } }: { readonly token: Other }) {
  return (
    <section className="verdict unknown">
      <div role="status">
        <h2>{say('inspectRefresh')}</h2>
      </div>
      <p>{say('inspectRefreshText')}</p>
      {refresh === undefined ? (
        <p>{say('inspectRefreshBroken')}</p>
      ) : (
        <>
          <dl>
            <dt>{say('inspectSession')}</dt>
            <dd>{refresh.sessionId}</dd>
            <dt>{say('inspectCounter')}</dt>
            <dd>{say('inspectTimes', { count: refresh.counter })}</dd>
          </dl>
          <p>{say('inspectRefreshMac')}</p>
        </>
      )}
    </section>
  )
}

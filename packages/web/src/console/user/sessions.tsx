import { useState } from 'react'
import { ConfirmDialog } from '../../ui/confirmation.js'
import { deviceName } from '../../ui/device-name.js'
import { useList } from '../api/pages.js'
import { endSession, type LiveSession } from '../api/sessions.js'
import { endSessionsOf, type OneUser, useLookAgain } from '../api/user.js'
import { Listed } from '../list.js'
import { Moment } from '../moment.js'
import { say } from '../say.js'
import { useSaid } from './said.js'
import { Section } from './section.js'

type Asked = LiveSession | 'all' | undefined

/** Where a user is signed in, and how to end that. */
export function Sessions({ user }: { readonly user: OneUser }) {
  const sessions = useList<LiveSession>('admin/sessions', { user_id: user.id, limit: '10' })
  const lookAgain = useLookAgain()
  const [asked, setAsked] = useState<Asked>()
  const [said, sayDone] = useSaid()
  const end = async () => {
    await (asked === 'all' || asked === undefined ? endSessionsOf(user.id) : endSession(asked.id))
    await lookAgain()
    setAsked(undefined)
    sayDone(say(asked === 'all' ? 'userSessionsEnded' : 'userSessionEnded'))
  }
  return (
    <Section title={say('nav_sessions')}>
      {said}
      <Listed list={sessions} empty={<p>{say('noSessions')}</p>}>
        {(items) => (
          <>
            <ul className="devices">
              {items.map((session) => (
                <Session key={session.id} session={session} onEnd={() => setAsked(session)} />
              ))}
            </ul>
            <button type="button" className="danger outline" onClick={() => setAsked('all')}>
              {say('endAllSessions')}
            </button>
          </>
        )}
      </Listed>
      {asked !== undefined && (
        <ConfirmDialog
          title={say(asked === 'all' ? 'endAllSessionsTitle' : 'endSessionTitle')}
          submit={say(asked === 'all' ? 'endAllSessions' : 'endSession')}
          onClose={() => setAsked(undefined)}
          act={end}
        >
          <p>
            {asked === 'all'
              ? say('endAllSessionsText')
              : say('endSessionText', { device: deviceName(asked.user_agent) })}
          </p>
        </ConfirmDialog>
      )}
    </Section>
  )
}

interface SessionProps {
  readonly session: LiveSession
  readonly onEnd: () => void
}

function Session({ session, onEnd }: SessionProps) {
  const device = deviceName(session.user_agent)
  return (
    <li>
      <h3>
        <bdi>{device}</bdi>
      </h3>
      <dl>
        <dt>{say('client')}</dt>
        <dd>
          <code>{session.client_id}</code>
        </dd>
        {session.address !== null && (
          <>
            <dt>{say('address')}</dt>
            <dd>{session.address}</dd>
          </>
        )}
        <dt>{say('signedInSince')}</dt>
        <dd>
          <Moment time={session.created_at} />
        </dd>
        <dt>{say('lastUsed')}</dt>
        <dd>
          <Moment time={session.last_used_at} />
        </dd>
      </dl>
      <button
        type="button"
        className="secondary outline"
        aria-label={say('endSessionNamed', { device })}
        onClick={onEnd}
      >
        {say('endSession')}
      </button>
    </li>
  )
}

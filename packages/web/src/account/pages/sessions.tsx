import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Session, signOutEverywhere, signOutThere } from '../../api/account.js'
import { ago, asTime, say } from '../../texts/texts.js'
import { ConfirmDialog } from '../../ui/confirmation.js'
import { deviceName } from '../../ui/device-name.js'
import { Loaded } from '../../ui/loaded.js'
import { Done } from '../../ui/notice.js'
import { Page } from '../../ui/page.js'
import { useLeave } from '../leaving.js'
import { sessionsKey, useSessions } from '../queries.js'

type Asked = Session | 'everywhere' | undefined

export function Sessions() {
  const sessions = useSessions()
  const [asked, setAsked] = useState<Asked>()
  const [gone, setGone] = useState<Session>()
  return (
    <Page title={say('sessionsTitle')}>
      <p>{say('sessionsIntro')}</p>
      {gone !== undefined && (
        <Done key={gone.id}>{say('signedOutThere', { device: deviceName(gone.user_agent) })}</Done>
      )}
      <Loaded query={sessions} lines={6}>
        {(list) => (
          <>
            <ul className="devices">
              {list.map((session) => (
                <Device key={session.id} session={session} onSignOut={() => setAsked(session)} />
              ))}
            </ul>
            {list.length < 2 && <p className="empty">{say('onlyThisDevice')}</p>}
            {list.length > 1 && (
              <button
                type="button"
                className="danger outline"
                onClick={() => setAsked('everywhere')}
              >
                {say('signOutEverywhere')}
              </button>
            )}
          </>
        )}
      </Loaded>
      {asked === 'everywhere' && <Everywhere onClose={() => setAsked(undefined)} />}
      {asked !== undefined && asked !== 'everywhere' && (
        <There
          session={asked}
          onClose={() => setAsked(undefined)}
          onDone={() => {
            setAsked(undefined)
            setGone(asked)
          }}
        />
      )}
    </Page>
  )
}

interface DeviceProps {
  readonly session: Session
  readonly onSignOut: () => void
}

function Device({ session, onSignOut }: DeviceProps) {
  const device = deviceName(session.user_agent)
  return (
    <li>
      <h2>
        {device} {session.current && <span className="tag good">{say('thisDevice')}</span>}
      </h2>
      <dl>
        <dt>{say('signedInSince')}</dt>
        <dd>{asTime(session.created_at)}</dd>
        <dt>{say('lastUsed')}</dt>
        <dd>{ago(session.last_used_at, Date.now()) ?? say('withinTheHour')}</dd>
        {session.address !== null && (
          <>
            <dt>{say('address')}</dt>
            <dd>{session.address}</dd>
          </>
        )}
      </dl>
      {!session.current && (
        <button
          type="button"
          className="secondary outline"
          aria-label={say('signOutThereNamed', { device })}
          onClick={onSignOut}
        >
          {say('signOutThere')}
        </button>
      )}
    </li>
  )
}

interface ThereProps {
  readonly session: Session
  readonly onClose: () => void
  readonly onDone: () => void
}

function There({ session, onClose, onDone }: ThereProps) {
  const queryClient = useQueryClient()
  const device = deviceName(session.user_agent)
  return (
    <ConfirmDialog
      title={say('signOutThereTitle')}
      submit={say('signOutThere')}
      onClose={onClose}
      act={async (by) => {
        await signOutThere(session.id, by)
        queryClient.setQueryData<Session[]>(sessionsKey, (list) =>
          list?.filter(({ id }) => id !== session.id),
        )
        onDone()
      }}
    >
      <p>{say('signOutThereText', { device })}</p>
    </ConfirmDialog>
  )
}

function Everywhere({ onClose }: { readonly onClose: () => void }) {
  const leave = useLeave()
  return (
    <ConfirmDialog
      title={say('signOutEverywhereTitle')}
      submit={say('signOutEverywhere')}
      onClose={onClose}
      act={async (by) => {
        await signOutEverywhere(by)
        await leave('signedOut')
      }}
    >
      <p>{say('signOutEverywhereText')}</p>
    </ConfirmDialog>
  )
}

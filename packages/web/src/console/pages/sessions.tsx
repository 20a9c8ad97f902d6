import { useState } from 'react'
import { Link } from 'wouter'
import { ConfirmDialog } from '../../ui/confirmation.js'
import { deviceName } from '../../ui/device-name.js'
import { Done } from '../../ui/notice.js'
import { Page } from '../../ui/page.js'
import { useForget, useList } from '../api/pages.js'
import { endSession, type LiveSession } from '../api/sessions.js'
import { useFilters } from '../filters.js'
import { Listed } from '../list.js'
import { Moment } from '../moment.js'
import { placeOfClient, placeOfUser, places } from '../places.js'
import { say } from '../say.js'
import { Table } from '../table.js'

const path = 'admin/sessions'

export default function Sessions() {
  const [filters] = useFilters(['user_id'])
  const sessions = useList<LiveSession>(path, filters)
  const [asked, setAsked] = useState<LiveSession>()
  const [ended, setEnded] = useState<LiveSession>()
  const columns = [
    say('userColumn'),
    say('clientColumn'),
    say('deviceColumn'),
    say('addressColumn'),
    say('signedInColumn'),
    say('lastUsedColumn'),
    say('actionColumn'),
  ]
  return (
    <Page title={say('nav_sessions')}>
      <p>{say('sessionsOfAllIntro')}</p>
      {filters.user_id !== '' && (
        <p>
          {say('sessionsOfOne')} <Link href={places.sessions}>{say('sessionsOfAll')}</Link>
        </p>
      )}
      {ended !== undefined && (
        <Done key={ended.id}>{say('sessionEnded', { name: nameOf(ended) })}</Done>
      )}
      <Listed list={sessions} empty={<p>{say('sessionsEmpty')}</p>}>
        {(items) => (
          <Table label={say('nav_sessions')} columns={columns}>
            {items.map((session) => (
              <Row key={session.id} session={session} onEnd={() => setAsked(session)} />
            ))}
          </Table>
        )}
      </Listed>
      {asked !== undefined && (
        <End
          session={asked}
          onClose={() => setAsked(undefined)}
          onDone={() => {
            setAsked(undefined)
            setEnded(asked)
          }}
        />
      )}
    </Page>
  )
}

interface RowProps {
  readonly session: LiveSession
  readonly onEnd: () => void
}

function Row({ session, onEnd }: RowProps) {
  const { client_id: clientId, user_agent: userAgent, address } = session
  return (
    <tr>
      <th scope="row">
        <Link href={placeOfUser(session.user_id)}>
          <bdi>{nameOf(session)}</bdi>
        </Link>
      </th>
      <td>
        <Link href={placeOfClient(clientId)}>{clientId}</Link>
      </td>
      <td title={userAgent ?? ''}>
        <bdi className="clipped">{deviceName(userAgent)}</bdi>
      </td>
      <td>{address ?? say('unknown')}</td>
      <td>
        <Moment time={session.created_at} />
      </td>
      <td>
        <Moment time={session.last_used_at} />
      </td>
      <td>
        <button
          type="button"
          className="secondary outline small"
          aria-label={say('sessionEndOf', { name: nameOf(session), device: deviceName(userAgent) })}
          onClick={onEnd}
        >
          {say('sessionEnd')}
        </button>
      </td>
    </tr>
  )
}

interface EndProps {
  readonly session: LiveSession
  readonly onClose: () => void
  readonly onDone: () => void
}

function End({ session, onClose, onDone }: EndProps) {
  const forget = useForget<LiveSession>(path)
  return (
    <ConfirmDialog
      title={say('sessionEndTitle')}
      submit={say('sessionEnd')}
      onClose={onClose}
      act={async () => {
        await endSession(session.id)
        forget(({ id }) => id === session.id)
        onDone()
      }}
    >
      <p>
        {say('sessionEndText', { name: nameOf(session), device: deviceName(session.user_agent) })}
      </p>
    </ConfirmDialog>
  )
}

/** A user who was deleted a moment ago has none. */
function nameOf({ username, user_id: userId }: LiveSession): string {
  return username ?? userId
}

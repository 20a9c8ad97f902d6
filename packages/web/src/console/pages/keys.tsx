import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { inSeconds } from '../../texts/texts.js'
import { Loaded } from '../../ui/loaded.js'
import { Done } from '../../ui/notice.js'
import { Page } from '../../ui/page.js'
import { type KeyRecord, listKeys } from '../api/keys.js'
import { Retirement, Rotation } from '../keys/dialogs.js'
import { nextChange } from '../keys/life.js'
import { TimeLine } from '../keys/time-line.js'
import { Moment } from '../moment.js'
import { useNow } from '../now.js'
import { say } from '../say.js'
import { Table } from '../table.js'

const queryKey = ['admin/keys']

export default function Keys() {
  const keys = useQuery({
    queryKey,
    queryFn: ({ signal }) => listKeys(signal),
    refetchInterval: lookEvery,
  })
  const queries = useQueryClient()
  const [asked, setAsked] = useState<'rotation' | KeyRecord>()
  const [done, setDone] = useState<string>()
  const close = () => setAsked(undefined)
  const finish = (what: string) => {
    setAsked(undefined)
    setDone(what)
    void queries.invalidateQueries({ queryKey })
  }
  return (
    <Page title={say('keysTitle')}>
      {done !== undefined && <Done key={done}>{done}</Done>}
      <Loaded query={keys} lines={5}>
        {(keys) =>
          keys.length === 0 ? (
            <SharedSecret />
          ) : (
            <Ring keys={keys} onRotate={() => setAsked('rotation')} onRetire={setAsked} />
          )
        }
      </Loaded>
      {asked === 'rotation' && (
        <Rotation onClose={close} onDone={({ kid }) => finish(say('keyRotated', { kid }))} />
      )}
      {asked !== undefined && asked !== 'rotation' && (
        <Retirement
          retired={asked}
          onClose={close}
          onDone={() => finish(say('keyRetired', { kid: asked.kid }))}
        />
      )}
    </Page>
  )
}

/** Milliseconds: processes look at their keys about as often. */
const lookEvery = 5_000

function SharedSecret() {
  return (
    <div className="empty">
      <p>{say('keysShared')}</p>
      <p>{say('keysSharedHint')}</p>
    </div>
  )
}

interface RingProps {
  readonly keys: readonly KeyRecord[]
  readonly onRotate: () => void
  readonly onRetire: (key: KeyRecord) => void
}

function Ring({ keys, onRotate, onRetire }: RingProps) {
  const now = useNow()
  const columns = ['key', 'algorithm', 'state', 'published', 'signsFrom', 'verifiesUntil'] as const
  return (
    <>
      <p>
        <Next keys={keys} now={now} />
      </p>
      <TimeLine keys={keys} now={now} />
      <Table
        label={say('keysTitle')}
        columns={[...columns.map((name) => say(`keyColumn_${name}`)), say('actionsColumn')]}
      >
        {keys.map((key) => (
          <Row key={key.kid} record={key} onRetire={() => onRetire(key)} />
        ))}
      </Table>
      <button type="button" onClick={onRotate}>
        {say('keyRotate')}
      </button>
    </>
  )
}

function Next({ keys, now }: { readonly keys: readonly KeyRecord[]; readonly now: number }) {
  const change = nextChange(keys, now)
  if (change === undefined) return say('keysNoChange')
  const when = inSeconds((change.at - now) / 1000)
  return say(change.what === 'signs' ? 'keySignsSoon' : 'keyOverSoon', {
    kid: change.key.kid,
    when,
  })
}

function Row({ record, onRetire }: { readonly record: KeyRecord; readonly onRetire: () => void }) {
  const { kid, alg, state, created_at: createdAt, signs_from: signsFrom } = record
  const { verifies_until: verifiesUntil, retired_at: retiredAt } = record
  return (
    <tr>
      <th scope="row" className="kid">
        <code>{kid}</code>
      </th>
      <td>{alg}</td>
      <td>
        <span className={state === 'signing' ? 'tag good' : 'tag'}>{say(`keyState_${state}`)}</span>
        {retiredAt !== null && (
          <>
            {' '}
            <Moment time={retiredAt} />
          </>
        )}
      </td>
      <td>
        <Moment time={createdAt} />
      </td>
      <td>
        <Moment time={signsFrom} />
      </td>
      <td>{verifiesUntil === null ? say('keyOpen') : <Moment time={verifiesUntil} />}</td>
      <td>
        {state !== 'retired' && state !== 'over' && (
          <button
            type="button"
            className="danger outline small"
            aria-label={say('keyRetireNamed', { kid })}
            onClick={onRetire}
          >
            {say('keyRetire')}
          </button>
        )}
      </td>
    </tr>
  )
}

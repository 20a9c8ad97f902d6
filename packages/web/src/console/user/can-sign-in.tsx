import { useState } from 'react'
import { requestVerification } from '../../api/visitors.js'
import { inSeconds } from '../../texts/texts.js'
import { Form } from '../../ui/form.js'
import { Loaded } from '../../ui/loaded.js'
import { Success } from '../../ui/notice.js'
import {
  editUser,
  type Obstacle,
  type Seen,
  sendReset,
  unlockUser,
  useLookAgain,
  useNewest,
  useObstacles,
} from '../api/user.js'
import { type AuditEntry, reasonOf, sentenceOf } from '../events.js'
import { Moment } from '../moment.js'
import { type ConsoleText, say } from '../say.js'
import { explainChange } from './change.js'
import { Section } from './section.js'

/** What stands between a user and a sign-in, and what helps: so that whoever asks is helped within a minute. */
export function CanSignIn({ seen }: { readonly seen: Seen }) {
  const obstacles = useObstacles(seen.user.id)
  const failures = useNewest(seen.user.id, 'sign_in_failed', 5)
  const successes = useNewest(seen.user.id, 'sign_in', 1)
  const [said, setSaid] = useState<string>()
  return (
    <Section title={say('canSignIn')}>
      <Loaded query={obstacles} lines={2}>
        {(found) => (
          <>
            <Verdict obstacles={found} />
            <ul className="obstacles">
              {found.map((obstacle) => (
                <Item
                  key={`${obstacle.code} ${obstacle.about}`}
                  obstacle={obstacle}
                  seen={seen}
                  onDone={setSaid}
                />
              ))}
            </ul>
          </>
        )}
      </Loaded>
      <Success>{said}</Success>
      <Loaded query={failures} lines={2}>
        {(list) => (
          <Failures list={list} lastSignIn={successes.data?.[0]?.at} seen={seen} onDone={setSaid} />
        )}
      </Loaded>
    </Section>
  )
}

function Verdict({ obstacles }: { readonly obstacles: readonly Obstacle[] }) {
  if (obstacles.length === 0) return <p className="notice success">{say('canSignInYes')}</p>
  return obstacles.some(({ stops }) => stops === 'all') ? (
    <p className="notice fault">{say('canSignInNo')}</p>
  ) : (
    <p className="notice">{say('canSignInMostly')}</p>
  )
}

interface ItemProps {
  readonly obstacle: Obstacle
  readonly seen: Seen
  readonly onDone: (said: string) => void
}

function Item({ obstacle, seen, onDone }: ItemProps) {
  const { code, about, until } = obstacle
  const isKnown = isObstacle(code)
  return (
    <li>
      <p>
        <strong>{isKnown ? say(`obstacle_${code}`) : code}</strong>{' '}
        {about !== null && <bdi>{about}</bdi>}
        {until !== null && <Until time={until} />}
      </p>
      {isKnown && <p>{say(`obstacle_${code}_help`)}</p>}
      <Remedy obstacle={obstacle} seen={seen} onDone={onDone} />
    </li>
  )
}

function Until({ time }: { readonly time: string }) {
  const seconds = (Date.parse(time) - Date.now()) / 1000
  return (
    <>
      {' · '}
      <time dateTime={time} title={time}>
        {say('overIn', { when: inSeconds(seconds) })}
      </time>
    </>
  )
}

function Remedy({ obstacle: { code, about }, seen, onDone }: ItemProps) {
  const { user, version } = seen
  const lookAgain = useLookAgain()
  const act = (work: () => Promise<unknown>, said: string) => async () => {
    await work()
    await lookAgain()
    onDone(said)
  }
  switch (code) {
    case 'user_disabled':
      return (
        <Form
          submit={say('enableUser')}
          required={[]}
          send={act(() => editUser(user.id, { disabled: false }, version), say('userEnabled'))}
          explain={(error) => explainChange(error, lookAgain)}
        />
      )
    case 'name_waits':
      return (
        <Form
          submit={say('unlockUser')}
          required={[]}
          send={act(() => unlockUser(user.id), say('userUnlocked'))}
        />
      )
    case 'email_unverified':
      return (
        <Form
          submit={say('sendVerification')}
          className="secondary"
          required={[]}
          send={act(
            () => requestVerification(about ?? ''),
            say('verificationSent', { email: about ?? '' }),
          )}
        />
      )
    case 'no_password':
    case 'hash_unreadable':
      return <ResetLink seen={seen} onDone={onDone} />
    default:
      return null
  }
}

/** A link goes to a verified address alone. */
export function ResetLink({ seen, onDone }: Omit<ItemProps, 'obstacle'>) {
  const { id, username, email, email_verified: isVerified, disabled } = seen.user
  const lookAgain = useLookAgain()
  if (disabled) return <p>{say('enableFirst')}</p>
  if (email === null || !isVerified) {
    return (
      <p>
        {say('noLinkPossible')} <code>latchkey user set-password {wordOf(username)}</code>
      </p>
    )
  }
  return (
    <Form
      submit={say('sendResetLink')}
      className="secondary"
      required={[]}
      send={async () => {
        await sendReset(id)
        await lookAgain()
        onDone(say('resetLinkSent', { email }))
      }}
    />
  )
}

/** A name as a shell takes it; one that a shell would make something of is left to whoever types. */
function wordOf(username: string): string {
  return /^[\w.@+-]+$/.test(username) ? username : 'NAME'
}

interface FailuresProps {
  readonly list: readonly AuditEntry[]
  readonly lastSignIn: string | undefined
  readonly seen: Seen
  readonly onDone: (said: string) => void
}

function Failures({ list, lastSignIn, seen, onDone }: FailuresProps) {
  const [newest] = list
  const isSettled = newest === undefined || (lastSignIn !== undefined && lastSignIn > newest.at)
  const advice = newest && adviceFor(reasonOf(newest.detail))
  return (
    <>
      <h3>{say('lastFailures')}</h3>
      {list.length === 0 && <p className="empty">{say('noFailures')}</p>}
      <ul className="plain events">
        {list.map((entry) => (
          <li key={entry.id}>
            <Moment time={entry.at} /> {sentenceOf(entry)}
          </li>
        ))}
      </ul>
      {lastSignIn !== undefined && (
        <p>
          {say('lastSignIn')} <Moment time={lastSignIn} />
        </p>
      )}
      {!isSettled && advice !== undefined && (
        <>
          <p>{say(advice)}</p>
          {advice === 'advice_wrong_password' && <ResetLink seen={seen} onDone={onDone} />}
        </>
      )}
    </>
  )
}

function adviceFor(reason: string | undefined): ConsoleText | undefined {
  const known = advised.find((one) => one === reason)
  return known && `advice_${known}`
}

const advised = ['wrong_password', 'bcrypt_too_long', 'scope_not_allowed'] as const

const obstacleCodes = [
  ...(['user_disabled', 'no_password', 'hash_unreadable', 'password_grant_off'] as const),
  ...(['no_client', 'name_waits', 'network_waits', 'all_wait', 'overloaded'] as const),
  'email_unverified',
] as const

function isObstacle(code: string): code is (typeof obstacleCodes)[number] {
  return obstacleCodes.some((known) => known === code)
}

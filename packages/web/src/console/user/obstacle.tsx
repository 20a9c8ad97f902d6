import { requestVerification } from '../../api/visitors.js'
import { inSeconds } from '../../texts/texts.js'
import { Form } from '../../ui/form.js'
import { editUser, type Obstacle, type Seen, unlockUser } from '../api/user.js'
import { say } from '../say.js'
import { useAct } from './act.js'
import { isObstacleCode } from './obstacle-codes.js'
import { ResetLink } from './reset-link.js'

interface ObstacleItemProps {
  readonly obstacle: Obstacle
  readonly seen: Seen
  readonly onDone: (said: string) => void
}

/** One thing that stands in the way: what it is, what that means, and what helps. */
export function ObstacleItem({ obstacle, seen, onDone }: ObstacleItemProps) {
  const { code, about, until } = obstacle
  const isKnown = isObstacleCode(code)
  return (
    <li>
      <p>
        <strong>{isKnown ? say(`obstacle_${code}`) : code}</strong>{' '}
        {about !== null && <bdi {...(code === 'hash_unreadable' && english)}>{about}</bdi>}
        {until !== null && <Until time={until} />}
      </p>
      {isKnown && <p>{say(`obstacle_${code}_help`)}</p>}
      <Remedy obstacle={obstacle} seen={seen} onDone={onDone} />
    </li>
  )
}

/** The reason is the server's own sentence. */
const english = { lang: 'en' } as const

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

function Remedy({ obstacle: { code, about }, seen, onDone }: ObstacleItemProps) {
  const { user, version } = seen
  const { act, explain } = useAct()
  switch (code) {
    case 'user_disabled':
      return (
        <Form
          submit={say('enableUser')}
          required={[]}
          send={act(
            () => editUser(user.id, { disabled: false }, version),
            () => onDone(say('userEnabled')),
          )}
          explain={explain}
        />
      )
    case 'name_waits':
      return (
        <Form
          submit={say('unlockUser')}
          required={[]}
          send={act(
            () => unlockUser(user.id),
            () => onDone(say('userUnlocked')),
          )}
          explain={explain}
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
            () => onDone(say('verificationSent', { email: about ?? '' })),
          )}
          explain={explain}
        />
      )
    case 'no_password':
    case 'hash_unreadable':
      return <ResetLink seen={seen} onDone={onDone} />
    default:
      return null
  }
}

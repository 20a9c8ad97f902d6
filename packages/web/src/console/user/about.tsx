import type { OneUser } from '../api/user.js'
import { Moment } from '../moment.js'
import { say } from '../say.js'
import { Section } from './section.js'

/** Who somebody is, and how their password is kept. */
export function About({ user }: { readonly user: OneUser }) {
  const { id, username, email, email_verified: isVerified, disabled } = user
  return (
    <Section title={say('aboutUser')}>
      <dl>
        <dt>{say('username')}</dt>
        <dd>
          <bdi>{username}</bdi>{' '}
          <span className={disabled ? 'tag bad' : 'tag good'}>
            {say(disabled ? 'disabled' : 'enabled')}
          </span>
        </dd>
        <dt>{say('email')}</dt>
        <dd>
          <bdi>{email ?? say('none')}</bdi>{' '}
          {email !== null && (
            <span className={isVerified ? 'tag good' : 'tag'}>
              {say(isVerified ? 'verified' : 'unverified')}
            </span>
          )}
        </dd>
        <dt>{say('createdColumn')}</dt>
        <dd>
          <Moment time={user.created_at} />
        </dd>
        <dt>{say('password')}</dt>
        <dd>
          <Password user={user} />
        </dd>
        <dt>{say('userId')}</dt>
        <dd>
          <code>{id}</code>
        </dd>
      </dl>
    </Section>
  )
}

function Password({ user: { password } }: { readonly user: OneUser }) {
  if (password === null) return say('noPassword')
  const { format, outdated, set_at: setAt } = password
  return (
    <>
      <code>{format}</code> · {say('setAt')} <Moment time={setAt} />
      {outdated && <> · {say('hashOutdated')}</>}
    </>
  )
}

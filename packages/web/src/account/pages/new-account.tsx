import { useState } from 'react'
import { usernameTaken } from '../../texts/faults.js'
import { say } from '../../texts/texts.js'
import type { Faults } from '../../ui/form.js'
import { NewPasswordField } from '../../ui/new-password-field.js'
import { UsernameField } from '../../ui/username-field.js'
import { LinkPage } from './link-page.js'

interface NewAccountProps {
  readonly title: string
  readonly intro: string
  readonly submit: string
  readonly create: (token: string, user: { username: string; password: string }) => Promise<void>
  readonly done: string
}

/** Where a link leads to by which one becomes a user. */
export function NewAccount({ title, intro, submit, create, done }: NewAccountProps) {
  return (
    <LinkPage
      title={title}
      intro={intro}
      submit={submit}
      required={['username', 'password']}
      send={(token, { username = '', password = '' }) => create(token, { username, password })}
      explain={usernameTaken}
      done={{ title: done, hint: say('accountReadyHint') }}
    >
      {(faults) => <NameAndPassword faults={faults} />}
    </LinkPage>
  )
}

function NameAndPassword({ faults }: { readonly faults: Faults }) {
  const [username, setUsername] = useState('')
  return (
    <>
      <UsernameField fault={faults.username} onInput={setUsername} />
      <NewPasswordField
        name="password"
        label={say('password')}
        fault={faults.password}
        username={username}
      />
    </>
  )
}

import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { register } from '../../api/visitors.js'
import { pageSettings } from '../../page-settings.js'
import { client } from '../../session/client.js'
import { usernameTaken } from '../../texts/faults.js'
import { say } from '../../texts/texts.js'
import { Field } from '../../ui/field.js'
import { addressFault, Form, type Values } from '../../ui/form.js'
import { NewPasswordField } from '../../ui/new-password-field.js'
import { Page } from '../../ui/page.js'
import { UsernameField } from '../../ui/username-field.js'
import { places } from '../places.js'

export default function SignUp() {
  const { registration } = pageSettings
  if (registration !== 'open') {
    const why = registration === 'closed' ? 'registrationClosed' : 'registrationByInvitation'
    return (
      <Page title={say('signUpTitle')}>
        <p>{say(why)}</p>
        <p>
          <Link href={places.signIn}>{say('backToSignIn')}</Link>
        </p>
      </Page>
    )
  }
  return <Registration />
}

function Registration() {
  const [, navigate] = useLocation()
  const [username, setUsername] = useState('')
  const [email, setEmail] = useState('')
  const send = async ({ username = '', password = '', email = '' }: Values) => {
    await register({ username, password, ...(email !== '' && { email }) })
    await client.login({ username, password })
    navigate(places.profile, { state: { isNew: true, sentTo: email } })
  }
  return (
    <Page title={say('signUpTitle')}>
      <Form
        submit={say('signUp')}
        required={['username', 'password']}
        check={({ email }) => ({ email: addressFault(email) })}
        send={send}
        explain={usernameTaken}
      >
        {(faults) => (
          <>
            <UsernameField fault={faults.username} onInput={setUsername} />
            <Field
              name="email"
              type="email"
              label={say('emailOptional')}
              autoComplete="email"
              hint={say('emailHint')}
              fault={faults.email}
              onInput={setEmail}
            />
            <NewPasswordField
              name="password"
              label={say('password')}
              fault={faults.password}
              username={username}
              email={email}
            />
          </>
        )}
      </Form>
      <p>
        {say('haveAccount')} <Link href={places.signIn}>{say('signIn')}</Link>
      </p>
    </Page>
  )
}

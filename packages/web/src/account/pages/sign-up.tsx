import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { register } from '../../api/visitors'
import { pageSettings } from '../../page-settings'
import { client } from '../../session/client'
import { usernameTaken } from '../../texts/faults'
import { say } from '../../texts/texts'
import { Field } from '../../ui/field'
import { addressFault, Form, type Values } from '../../ui/form'
import { NewPasswordField } from '../../ui/new-password-field'
import { Page } from '../../ui/page'
import { places } from '../places'

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
            <Field
              name="username"
              label={say('username')}
              autoComplete="username"
              hint={say('usernameHint')}
              fault={faults.username}
              onInput={setUsername}
              required
            />
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

import { useState } from 'react'
import { Link } from 'wouter'
import { requestReset } from '../../api/visitors'
import { say } from '../../texts/texts'
import { Field } from '../../ui/field'
import { addressFault, Form } from '../../ui/form'
import { Success } from '../../ui/notice'
import { Page } from '../../ui/page'
import { places } from '../places'

export default function ForgottenPassword() {
  const [isSent, setSent] = useState(false)
  return (
    <Page title={say('resetTitle')}>
      {!isSent && (
        <>
          <p>{say('resetIntro')}</p>
          <Form
            submit={say('resetSend')}
            required={['email']}
            check={({ email }) => ({ email: email === '' ? say('required') : addressFault(email) })}
            send={async ({ email = '' }) => {
              await requestReset(email)
              setSent(true)
            }}
          >
            {(faults) => (
              <Field
                name="email"
                type="email"
                label={say('email')}
                autoComplete="email"
                fault={faults.email}
                required
              />
            )}
          </Form>
        </>
      )}
      <Success>{isSent && say('resetSent')}</Success>
      {isSent && <p>{say('resetSentHint')}</p>}
      <p>
        <Link href={places.signIn}>{say('backToSignIn')}</Link>
      </p>
    </Page>
  )
}

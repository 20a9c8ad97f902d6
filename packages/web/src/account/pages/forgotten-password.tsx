import { useState } from 'react'
import { Link } from 'wouter'
import { requestReset } from '../../api/visitors.js'
import { say } from '../../texts/texts.js'
import { Field } from '../../ui/field.js'
import { addressFault, Form } from '../../ui/form.js'
import { Success } from '../../ui/notice.js'
import { Page } from '../../ui/page.js'
import { places } from '../places.js'

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

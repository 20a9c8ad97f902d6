import { useSession } from '@latchkey/client/react'
import { Link, Redirect, useSearch } from 'wouter'
import { useHistoryState } from 'wouter/use-browser-location'
import { pageSettings } from '../../page-settings.js'
import { client } from '../../session/client.js'
import { say } from '../../texts/texts.js'
import { CredentialFields } from '../../ui/credential-fields.js'
import { Form, type Values } from '../../ui/form.js'
import { Fault, Success } from '../../ui/notice.js'
import { Page } from '../../ui/page.js'
import type { Left } from '../leaving.js'
import { afterSignIn, places } from '../places.js'

export function SignIn() {
  const { user } = useSession(client)
  const to = afterSignIn(useSearch())
  if (user !== undefined) return <Redirect to={to} replace />
  return (
    <Page title={say('signInTo', { brand: pageSettings.brand.name })}>
      <Past />
      <Form submit={say('signIn')} isFirst required={['username', 'password']} send={signIn}>
        {(faults) => <CredentialFields faults={faults} />}
      </Form>
      <DemoSignIn />
      <p>
        <Link href={places.forgottenPassword}>{say('forgotten')}</Link>
      </p>
      {pageSettings.registration !== 'closed' && (
        <p>
          {say('noAccount')} <Link href={places.signUp}>{say('signUp')}</Link>
        </p>
      )}
    </Page>
  )
}

function signIn({ username = '', password = '' }: Values): Promise<void> {
  return client.login({ username, password })
}

function Past() {
  const { wasSignedIn, said, isUnheard } = useHistoryState<Left | null>() ?? {}
  if (wasSignedIn) return <Fault>{say('signInAgain')}</Fault>
  if (isUnheard) return <Fault>{say('signOutUnheard')}</Fault>
  return <Success>{said && say(said)}</Success>
}

/** In the demo everybody knows its user: one click. */
function DemoSignIn() {
  const { demo } = pageSettings
  if (demo === null) return null
  return (
    <section className="demo">
      <p>{say('demoHint', demo)}</p>
      <Form
        submit={say('demoSignIn', demo)}
        className="secondary"
        required={[]}
        send={() => client.login(demo)}
      />
    </section>
  )
}

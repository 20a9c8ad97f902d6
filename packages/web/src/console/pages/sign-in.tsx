import { AuthError } from '@latchkey/client'
import { useSession } from '@latchkey/client/react'
import { Link, Redirect, useSearch } from 'wouter'
import { useHistoryState } from 'wouter/use-browser-location'
import { pageSettings } from '../../page-settings.js'
import { client } from '../../session/client.js'
import { inWords } from '../../texts/faults.js'
import { CredentialFields } from '../../ui/credential-fields.js'
import { Form, type Values } from '../../ui/form.js'
import { Fault } from '../../ui/notice.js'
import { Page } from '../../ui/page.js'
import { afterSignIn, places } from '../places.js'
import { signInAsAdmin, useAdmin } from '../rights.js'
import { say } from '../say.js'

export function SignIn() {
  const admin = useAdmin()
  const to = afterSignIn(useSearch())
  if (admin !== undefined) return <Redirect to={to} replace />
  return (
    <Page title={say('consoleSignIn', { brand: pageSettings.brand.name })}>
      <div className="narrow">
        <Past />
        <Form
          submit={say('signIn')}
          isFirst
          required={['username', 'password']}
          send={signIn}
          explain={whyNot}
        >
          {(faults) => <CredentialFields faults={faults} />}
        </Form>
        {pageSettings.demo !== null && <p>{say('consoleDemoHint')}</p>}
        <p>
          <Link href={places.inspect}>{say('inspectWithout')}</Link>
        </p>
      </div>
    </Page>
  )
}

function signIn({ username = '', password = '' }: Values): Promise<void> {
  return signInAsAdmin(username, password)
}

/** Right name and password, and no admin. */
function whyNot(error: unknown): string {
  const isNone = error instanceof AuthError && error.code === 'refused'
  return isNone ? say('notAnAdmin') : inWords(error)
}

function Past() {
  const { user } = useSession(client)
  const { wasSignedIn, wasAdmin } =
    useHistoryState<{ wasSignedIn?: boolean; wasAdmin?: boolean } | null>() ?? {}
  if (user === undefined) return <Fault>{wasSignedIn && say('signInAgain')}</Fault>
  const name = user.username ?? ''
  return wasAdmin ? (
    <Fault>{say('rightsTaken', { name })}</Fault>
  ) : (
    <p>{say('signedInWithoutAdmin', { name })}</p>
  )
}

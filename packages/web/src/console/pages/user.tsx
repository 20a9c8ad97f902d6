import { useState } from 'react'
import { Link, useParams } from 'wouter'
import { Problem } from '../../api/problem.js'
import { Loaded } from '../../ui/loaded.js'
import { Done } from '../../ui/notice.js'
import { Page } from '../../ui/page.js'
import { type Seen, useUser } from '../api/user.js'
import { places } from '../places.js'
import { say } from '../say.js'
import { About } from '../user/about.js'
import { Actions } from '../user/actions.js'
import { CanSignIn } from '../user/can-sign-in.js'
import { History } from '../user/history.js'
import { Mails } from '../user/mails.js'
import { Metadata } from '../user/metadata.js'
import { Scopes } from '../user/scopes.js'
import { Sessions } from '../user/sessions.js'

/** One user's whole story: first of all, whether they can sign in. */
export default function User() {
  const { id = '' } = useParams()
  const user = useUser(id)
  const [isDeleted, setDeleted] = useState(false)
  const isGone = user.error instanceof Problem && user.error.status === 404
  if (isDeleted || isGone) return <Gone isOurs={isDeleted} />
  const name = user.data?.user.username
  return (
    <Page title={name ?? say('userTitle')}>
      <Loaded query={user} lines={12}>
        {(seen) => <Story seen={seen} onDeleted={() => setDeleted(true)} />}
      </Loaded>
    </Page>
  )
}

function Story({ seen, onDeleted }: { readonly seen: Seen; readonly onDeleted: () => void }) {
  const { user } = seen
  return (
    <div className="story">
      <CanSignIn seen={seen} />
      <About user={user} />
      <Actions seen={seen} onDeleted={onDeleted} />
      <Sessions user={user} />
      <Mails user={user} />
      <Scopes seen={seen} />
      <Metadata seen={seen} />
      <History user={user} />
    </div>
  )
}

/** Deleted by whoever looks, or by another admin meanwhile. */
function Gone({ isOurs }: { readonly isOurs: boolean }) {
  return (
    <Page title={say('userGoneTitle')}>
      {isOurs ? <Done>{say('userDeleted')}</Done> : <p>{say('userGone')}</p>}
      <p>
        <Link href={places.users}>{say('toUsers')}</Link>
      </p>
    </Page>
  )
}

import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { Page } from '../../ui/page.js'
import { addClient } from '../api/clients.js'
import { ClientForm } from '../client-form.js'
import { FreshSecret } from '../fresh-secret.js'
import { placeOfClient, places } from '../places.js'
import { say } from '../say.js'

export default function NewClient() {
  const [, navigate] = useLocation()
  const [made, setMade] = useState<{ id: string; secret: string }>()
  if (made !== undefined) {
    return (
      <Page title={say('clientAdded', { id: made.id })}>
        <FreshSecret secret={made.secret} />
        <p>
          <Link href={placeOfClient(made.id)}>{say('toClient')}</Link>
        </p>
      </Page>
    )
  }
  return (
    <Page title={say('clientAdd')}>
      <div className="narrow">
        <ClientForm
          submit={say('clientAddSubmit')}
          send={async (given) => {
            const secret = await addClient(given)
            if (secret === undefined) navigate(placeOfClient(given.id))
            else setMade({ id: given.id, secret })
          }}
        />
        <p>
          <Link href={places.clients}>{say('clientsAll')}</Link>
        </p>
      </div>
    </Page>
  )
}

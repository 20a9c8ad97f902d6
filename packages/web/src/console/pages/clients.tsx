import { Link } from 'wouter'
import { useHistoryState } from 'wouter/use-browser-location'
import { Done } from '../../ui/notice.js'
import { Page } from '../../ui/page.js'
import type { Client } from '../api/clients.js'
import { useList } from '../api/pages.js'
import { useScopes } from '../api/scopes.js'
import { Listed } from '../list.js'
import { Moment } from '../moment.js'
import { placeOfClient, places } from '../places.js'
import { say } from '../say.js'
import { Table } from '../table.js'

export default function Clients() {
  const clients = useList<Client>('admin/clients')
  const { removed } = useHistoryState<{ removed?: string } | null>() ?? {}
  const columns = [
    say('clientColumn'),
    say('nameColumn'),
    say('kindColumn'),
    say('clientGrants'),
    say('nav_scopes'),
    say('createdColumn'),
  ]
  return (
    <Page title={say('nav_clients')}>
      <p>{say('clientsIntro')}</p>
      {removed !== undefined && <Done>{say('clientRemoved', { id: removed })}</Done>}
      <p>
        <Link href={places.newClient}>{say('clientAdd')}</Link>
      </p>
      <Listed list={clients} empty={<p>{say('clientsEmpty')}</p>}>
        {(items) => (
          <Table label={say('nav_clients')} columns={columns}>
            {items.map((client) => (
              <Row key={client.id} client={client} />
            ))}
          </Table>
        )}
      </Listed>
      <BuiltIn />
    </Page>
  )
}

function Row({ client }: { readonly client: Client }) {
  const { id, name, confidential, disabled, grants, scopes } = client
  return (
    <tr>
      <th scope="row">
        <Link href={placeOfClient(id)}>{id}</Link>{' '}
        {disabled && <span className="tag">{say('clientDisabledTag')}</span>}
      </th>
      <td>
        <bdi>{name}</bdi>
      </td>
      <td>{say(confidential ? 'clientConfidential' : 'clientPublic')}</td>
      <td>{grants.join(' ')}</td>
      <td>{scopes.join(' ')}</td>
      <td>
        <Moment time={client.created_at} />
      </td>
    </tr>
  )
}

/** The one that no list has. */
function BuiltIn() {
  const { data } = useScopes()
  return (
    <section>
      <h2>first-party</h2>
      <p>{say('firstPartyText')}</p>
      {data?.first_party === false && <p>{say('firstPartyOff')}</p>}
    </section>
  )
}

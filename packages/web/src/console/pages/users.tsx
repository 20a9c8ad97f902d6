import { Link } from 'wouter'
import { Page } from '../../ui/page.js'
import { useList } from '../api/pages.js'
import type { FullUser } from '../api/users.js'
import { Listed } from '../list.js'
import { Moment } from '../moment.js'
import { placeOfUser } from '../places.js'
import { say } from '../say.js'
import { Table } from '../table.js'

export default function Users() {
  const users = useList<FullUser>('admin/users')
  const columns = [say('username'), say('email'), say('scopesColumn'), say('createdColumn')]
  return (
    <Page title={say('usersTitle')}>
      <Listed list={users} empty={<p>{say('usersEmpty')}</p>}>
        {(items) => (
          <Table label={say('usersTitle')} columns={columns}>
            {items.map((user) => (
              <Row key={user.id} user={user} />
            ))}
          </Table>
        )}
      </Listed>
    </Page>
  )
}

function Row({ user }: { readonly user: FullUser }) {
  const { id, username, email, scopes, created_at: createdAt } = user
  return (
    <tr>
      <th scope="row">
        <Link href={placeOfUser(id)}>
          <bdi>{username}</bdi>
        </Link>
      </th>
      <td>
        <bdi>{email}</bdi>
      </td>
      <td>{scopes.join(' ')}</td>
      <td>
        <Moment time={createdAt} />
      </td>
    </tr>
  )
}

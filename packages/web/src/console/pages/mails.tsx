import { Link } from 'wouter'
import { Page } from '../../ui/page.js'
import { type Mail, mailStates } from '../api/mails.js'
import { useList } from '../api/pages.js'
import { useFilters } from '../filters.js'
import { Listed } from '../list.js'
import { aboutMail, Progress } from '../mail-words.js'
import { Moment } from '../moment.js'
import { placeOfMail, places } from '../places.js'
import { say } from '../say.js'
import { Table } from '../table.js'

export default function Mails() {
  const [filters, change] = useFilters(['state', 'user_id'])
  const mails = useList<Mail>('admin/mails', filters)
  const columns = [
    say('mailToColumn'),
    say('mailAboutColumn'),
    say('stateColumn'),
    say('mailWrittenColumn'),
    say('mailProgressColumn'),
  ]
  return (
    <Page title={say('nav_mails')}>
      <p>{say('mailsIntro')}</p>
      <div className="filters">
        <label>
          {say('stateColumn')}
          <select
            value={filters.state}
            onChange={(event) => change({ state: event.currentTarget.value })}
          >
            <option value="">{say('anyState')}</option>
            {mailStates.map((state) => (
              <option key={state} value={state}>
                {say(`mailState_${state}`)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {filters.user_id !== '' && (
        <p>
          {say('mailsOfOne')} <Link href={places.mails}>{say('mailsOfAll')}</Link>
        </p>
      )}
      <Listed
        list={mails}
        empty={<p>{say(filters.state === '' ? 'mailsEmpty' : 'mailsEmptyInState')}</p>}
      >
        {(items) => (
          <Table label={say('nav_mails')} columns={columns}>
            {items.map((mail) => (
              <Row key={mail.id} mail={mail} />
            ))}
          </Table>
        )}
      </Listed>
    </Page>
  )
}

function Row({ mail }: { readonly mail: Mail }) {
  return (
    <tr>
      <th scope="row">
        <Link href={placeOfMail(mail.id)}>
          <bdi>{mail.to}</bdi>
        </Link>
      </th>
      <td>{aboutMail(mail)}</td>
      <td>{say(`mailState_${mail.state}`)}</td>
      <td>
        <Moment time={mail.created_at} />
      </td>
      <td>
        <Progress mail={mail} />
      </td>
    </tr>
  )
}

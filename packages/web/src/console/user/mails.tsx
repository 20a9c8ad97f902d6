import { Link } from 'wouter'
import type { Mail } from '../api/mails.js'
import { type OneUser, useMails } from '../api/user.js'
import { Listed } from '../list.js'
import { aboutMail, Progress } from '../mail-words.js'
import { Moment } from '../moment.js'
import { placeOfMail } from '../places.js'
import { say } from '../say.js'
import { Table } from '../table.js'
import { Section } from './section.js'

/** What was mailed to a user, and whether it got there. */
export function Mails({ user }: { readonly user: OneUser }) {
  const mails = useMails(user.id)
  const columns = [
    say('mailAboutColumn'),
    say('mailToColumn'),
    say('stateColumn'),
    say('mailWrittenColumn'),
    say('mailProgressColumn'),
  ]
  return (
    <Section title={say('nav_mails')}>
      <Listed list={mails} empty={<p>{say('noMails')}</p>}>
        {(items) => (
          <Table label={say('nav_mails')} columns={columns}>
            {items.map((mail) => (
              <Row key={mail.id} mail={mail} />
            ))}
          </Table>
        )}
      </Listed>
    </Section>
  )
}

function Row({ mail }: { readonly mail: Mail }) {
  return (
    <tr>
      <th scope="row">
        <Link href={placeOfMail(mail.id)}>{aboutMail(mail)}</Link>
      </th>
      <td>
        <bdi>{mail.to}</bdi>
      </td>
      <td>
        <span className={mail.state === 'failed' ? 'tag bad' : 'tag'}>
          {say(`mailState_${mail.state}`)}
        </span>
      </td>
      <td>
        <Moment time={mail.created_at} />
      </td>
      <td>
        <Progress mail={mail} />
      </td>
    </tr>
  )
}

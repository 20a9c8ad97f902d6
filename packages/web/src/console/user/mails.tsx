import { type MailToUser, type OneUser, useMails } from '../api/user.js'
import { Listed } from '../list.js'
import { Moment } from '../moment.js'
import { say } from '../say.js'
import { Table } from '../table.js'
import { isKnownKind } from './mail-kinds.js'
import { Section } from './section.js'

/** What was mailed to a user, and whether it got there. */
export function Mails({ user }: { readonly user: OneUser }) {
  const mails = useMails(user.id)
  const columns = [say('timeColumn'), say('mailColumn'), say('toColumn'), say('stateColumn')]
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

function Row({ mail: { created_at: at, kind, to, state, fault } }: { readonly mail: MailToUser }) {
  return (
    <tr>
      <td>
        <Moment time={at} />
      </td>
      <td>{isKnownKind(kind) ? say(`mail_${kind}`) : kind}</td>
      <td>
        <bdi>{to}</bdi>
      </td>
      <td>
        <span className={state === 'failed' ? 'tag bad' : 'tag'}>{say(`mailState_${state}`)}</span>{' '}
        {fault !== null && <span lang="en">{fault}</span>}
      </td>
    </tr>
  )
}

import { useList } from '../api/pages.js'
import type { MailToUser, OneUser } from '../api/user.js'
import { Listed } from '../list.js'
import { Moment } from '../moment.js'
import { say } from '../say.js'
import { Table } from '../table.js'
import { Section } from './section.js'

/** What was mailed to a user, and whether it got there. */
export function Mails({ user }: { readonly user: OneUser }) {
  const mails = useList<MailToUser>('admin/mails', { user_id: user.id, limit: '5' })
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
      <td>{isKnown(kind) ? say(`mail_${kind}`) : kind}</td>
      <td>
        <bdi>{to}</bdi>
      </td>
      <td>
        <span className={state === 'failed' ? 'tag bad' : 'tag'}>{say(`mailState_${state}`)}</span>{' '}
        {fault}
      </td>
    </tr>
  )
}

const kinds = [
  ...(['password_reset', 'email_verification', 'address_known', 'invitation'] as const),
  ...(['account_created', 'password_changed', 'email_changed', 'account_deleted'] as const),
] as const

function isKnown(kind: string): kind is (typeof kinds)[number] {
  return kinds.some((known) => known === kind)
}

import { useState } from 'react'
import { ConfirmDialog } from '../../ui/confirmation.js'
import { Dialog } from '../../ui/dialog.js'
import { Field } from '../../ui/field.js'
import { addressFault, Form } from '../../ui/form.js'
import { Done } from '../../ui/notice.js'
import { Page } from '../../ui/page.js'
import { type Invitation, invitationsPath, invite, withdraw } from '../api/invitations.js'
import { useForget, useList } from '../api/pages.js'
import { Listed } from '../list.js'
import { Moment } from '../moment.js'
import { say } from '../say.js'
import { ScopesField, scopesIn } from '../scopes-field.js'
import { Table } from '../table.js'

type Asked = Invitation | 'new' | undefined

/** Links by mail that let somebody register. */
export default function Invitations() {
  const invitations = useList<Invitation>(invitationsPath)
  const forget = useForget<Invitation>(invitationsPath)
  const [asked, setAsked] = useState<Asked>()
  const [said, setSaid] = useState<string>()
  const done = (what: string) => {
    setAsked(undefined)
    setSaid(what)
  }
  const columns = [
    say('email'),
    say('scopesColumn'),
    say('createdColumn'),
    say('invitationUntil'),
    say('actionColumn'),
  ]
  return (
    <Page title={say('invitationsTitle')}>
      <p>{say('invitationsIntro')}</p>
      {said !== undefined && <Done key={said}>{said}</Done>}
      <button type="button" onClick={() => setAsked('new')}>
        {say('invite')}
      </button>
      <Listed list={invitations} empty={<p>{say('invitationsEmpty')}</p>}>
        {(items) => (
          <Table label={say('invitationsTitle')} columns={columns}>
            {items.map((invitation) => (
              <Row
                key={invitation.id}
                invitation={invitation}
                onWithdraw={() => setAsked(invitation)}
              />
            ))}
          </Table>
        )}
      </Listed>
      {asked === 'new' && (
        <Invite
          onClose={() => setAsked(undefined)}
          onDone={(email) => {
            done(say('invited', { email }))
            void invitations.refetch()
          }}
        />
      )}
      {asked !== undefined && asked !== 'new' && (
        <ConfirmDialog
          title={say('invitationWithdraw')}
          submit={say('invitationWithdraw')}
          onClose={() => setAsked(undefined)}
          act={async () => {
            await withdraw(asked.id)
            forget(({ id }) => id === asked.id)
            done(say('invitationWithdrawn', { email: asked.email }))
          }}
        >
          <p>{say('invitationWithdrawText', { email: asked.email })}</p>
        </ConfirmDialog>
      )}
    </Page>
  )
}

interface RowProps {
  readonly invitation: Invitation
  readonly onWithdraw: () => void
}

function Row({ invitation, onWithdraw }: RowProps) {
  const { email, scopes, created_at: createdAt, expires_at: expiresAt } = invitation
  return (
    <tr>
      <th scope="row">
        <bdi>{email}</bdi>
      </th>
      <td>{scopes === null ? say('invitationUsualScopes') : scopes.join(' ')}</td>
      <td>
        <Moment time={createdAt} />
      </td>
      <td>
        <Moment time={expiresAt} />
      </td>
      <td>
        <button
          type="button"
          className="secondary outline small"
          aria-label={say('invitationWithdrawNamed', { email })}
          onClick={onWithdraw}
        >
          {say('invitationWithdraw')}
        </button>
      </td>
    </tr>
  )
}

interface InviteProps {
  readonly onClose: () => void
  readonly onDone: (email: string) => void
}

function Invite({ onClose, onDone }: InviteProps) {
  return (
    <Dialog title={say('invite')} onClose={onClose}>
      <Form
        submit={say('invite')}
        required={['email']}
        check={({ email }) => ({ ...(email && { email: addressFault(email) }) })}
        send={async ({ email = '', scopes = '' }) => {
          await invite(email, scopesIn(scopes))
          onDone(email)
        }}
      >
        {(faults) => (
          <>
            <Field
              type="email"
              name="email"
              label={say('email')}
              autoComplete="off"
              fault={faults.email}
              required
            />
            <ScopesField fault={faults.scopes} />
          </>
        )}
      </Form>
    </Dialog>
  )
}

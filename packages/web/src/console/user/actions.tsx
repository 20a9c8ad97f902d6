import { useState } from 'react'
import { ConfirmDialog } from '../../ui/confirmation.js'
import { Field } from '../../ui/field.js'
import { Form } from '../../ui/form.js'
import { editUser, removeUser, type Seen, unlockUser } from '../api/user.js'
import { say } from '../say.js'
import { useAct } from './act.js'
import { ResetLink } from './reset-link.js'
import { useSaid } from './said.js'
import { Section } from './section.js'

interface ActionsProps {
  readonly seen: Seen
  readonly onDeleted: () => void
}

/** What an admin may do with a user. */
export function Actions({ seen, onDeleted }: ActionsProps) {
  const { user, version } = seen
  const { act, explain } = useAct()
  const [asked, setAsked] = useState<'disable' | 'delete'>()
  const [said, sayDone] = useSaid()
  const close = () => setAsked(undefined)
  const done = (text: string) => {
    close()
    sayDone(text)
  }
  return (
    <Section title={say('actions')}>
      {said}
      <div className="actions">
        <ResetLink seen={seen} onDone={done} />
        <Form
          submit={say('unlockUser')}
          className="secondary"
          required={[]}
          send={act(
            () => unlockUser(user.id),
            () => done(say('userUnlocked')),
          )}
          explain={explain}
        />
        {user.disabled ? (
          <Form
            submit={say('enableUser')}
            className="secondary"
            required={[]}
            send={act(
              () => editUser(user.id, { disabled: false }, version),
              () => done(say('userEnabled')),
            )}
            explain={explain}
          />
        ) : (
          <button type="button" className="danger outline" onClick={() => setAsked('disable')}>
            {say('disableUser')}
          </button>
        )}
        <button type="button" className="danger outline" onClick={() => setAsked('delete')}>
          {say('deleteUser')}
        </button>
      </div>
      {asked === 'disable' && (
        <ConfirmDialog
          title={say('disableUserTitle')}
          submit={say('disableUser')}
          onClose={close}
          explain={explain}
          act={act(
            () => editUser(user.id, { disabled: true }, version),
            () => done(say('userDisabled')),
          )}
        >
          <p>{say('disableUserText')}</p>
        </ConfirmDialog>
      )}
      {asked === 'delete' && <Deletion seen={seen} onClose={close} onDeleted={onDeleted} />}
    </Section>
  )
}

interface DeletionProps extends ActionsProps {
  readonly onClose: () => void
}

/** The name is typed, so that nobody deletes whom they did not mean. */
function Deletion({ seen, onClose, onDeleted }: DeletionProps) {
  const { user, version } = seen
  const { explain } = useAct()
  return (
    <ConfirmDialog
      title={say('deleteUserTitle')}
      submit={say('deleteUser')}
      required={['confirmation']}
      check={({ confirmation }) => ({
        confirmation: confirmation === user.username ? undefined : say('notThatName'),
      })}
      onClose={onClose}
      explain={explain}
      act={async () => {
        await removeUser(user.id, version)
        onDeleted()
      }}
    >
      {(faults) => (
        <>
          <p>{say('deleteUserText')}</p>
          <p>
            {say('typeTheName')} <bdi className="whole">{user.username}</bdi>
          </p>
          <Field
            name="confirmation"
            label={say('username')}
            autoComplete="off"
            fault={faults.confirmation}
            required
          />
        </>
      )}
    </ConfirmDialog>
  )
}

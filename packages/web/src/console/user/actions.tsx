import { useState } from 'react'
import { ConfirmDialog } from '../../ui/confirmation.js'
import { Field } from '../../ui/field.js'
import { Form } from '../../ui/form.js'
import { Success } from '../../ui/notice.js'
import { editUser, removeUser, type Seen, unlockUser, useLookAgain } from '../api/user.js'
import { say } from '../say.js'
import { ResetLink } from './can-sign-in.js'
import { explainChange } from './change.js'
import { Section } from './section.js'

interface ActionsProps {
  readonly seen: Seen
  readonly onDeleted: () => void
}

/** What an admin may do with a user. No admin sets a password: they would know it (checklist I08). */
export function Actions({ seen, onDeleted }: ActionsProps) {
  const { user, version } = seen
  const lookAgain = useLookAgain()
  const [asked, setAsked] = useState<'disable' | 'delete'>()
  const [said, setSaid] = useState<string>()
  const close = () => setAsked(undefined)
  const done = (text: string) => {
    close()
    setSaid(text)
  }
  return (
    <Section title={say('actions')}>
      <Success>{said}</Success>
      <div className="actions">
        <ResetLink seen={seen} onDone={done} />
        <Form
          submit={say('unlockUser')}
          className="secondary"
          required={[]}
          send={async () => {
            await unlockUser(user.id)
            await lookAgain()
            done(say('userUnlocked'))
          }}
        />
        {user.disabled ? (
          <Form
            submit={say('enableUser')}
            className="secondary"
            required={[]}
            send={async () => {
              await editUser(user.id, { disabled: false }, version)
              await lookAgain()
              done(say('userEnabled'))
            }}
            explain={(error) => explainChange(error, lookAgain)}
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
          explain={(error) => explainChange(error, lookAgain)}
          act={async () => {
            await editUser(user.id, { disabled: true }, version)
            await lookAgain()
            done(say('userDisabled'))
          }}
        >
          <p>{say('disableUserText')}</p>
        </ConfirmDialog>
      )}
      {asked === 'delete' && (
        <Deletion seen={seen} onClose={close} onDeleted={onDeleted} lookAgain={lookAgain} />
      )}
    </Section>
  )
}

interface DeletionProps extends ActionsProps {
  readonly onClose: () => void
  readonly lookAgain: () => Promise<void>
}

/** The name is typed, so that nobody deletes whom they did not mean. */
function Deletion({ seen, onClose, onDeleted, lookAgain }: DeletionProps) {
  const { user, version } = seen
  return (
    <ConfirmDialog
      title={say('deleteUserTitle')}
      submit={say('deleteUser')}
      required={['confirmation']}
      check={({ confirmation }) => ({
        confirmation: confirmation === user.username ? undefined : say('notThatName'),
      })}
      onClose={onClose}
      explain={(error) => explainChange(error, lookAgain)}
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

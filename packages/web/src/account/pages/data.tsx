import { useState } from 'react'
import { deleteAccount, exportData } from '../../api/account.js'
import { say } from '../../texts/texts.js'
import { ConfirmDialog } from '../../ui/confirmation.js'
import { Field } from '../../ui/field.js'
import { Form } from '../../ui/form.js'
import { keepFile } from '../../ui/keep-file.js'
import { Loaded } from '../../ui/loaded.js'
import { Success } from '../../ui/notice.js'
import { Page } from '../../ui/page.js'
import { useLeave } from '../leaving.js'
import { useAccount } from '../queries.js'

export function Data() {
  return (
    <Page title={say('dataTitle')}>
      <Download />
      <Deletion />
    </Page>
  )
}

function Download() {
  const [isDone, setDone] = useState(false)
  return (
    <section aria-labelledby="download">
      <h2 id="download">{say('downloadTitle')}</h2>
      <p>{say('downloadText')}</p>
      <Form
        submit={say('download')}
        required={[]}
        send={async () => {
          keepFile(await exportData(), 'account.json')
          setDone(true)
        }}
      />
      <Success>{isDone && say('downloaded')}</Success>
    </section>
  )
}

function Deletion() {
  const account = useAccount()
  const [isAsked, setAsked] = useState(false)
  return (
    <section aria-labelledby="deletion">
      <h2 id="deletion">{say('deleteTitle')}</h2>
      <p>{say('deleteText')}</p>
      <Loaded query={account} lines={1}>
        {({ username }) => (
          <>
            <button type="button" className="danger outline" onClick={() => setAsked(true)}>
              {say('deleteAccount')}
            </button>
            {isAsked && <DeletionDialog username={username} onClose={() => setAsked(false)} />}
          </>
        )}
      </Loaded>
    </section>
  )
}

interface DeletionDialogProps {
  readonly username: string
  readonly onClose: () => void
}

function DeletionDialog({ username, onClose }: DeletionDialogProps) {
  const leave = useLeave()
  return (
    <ConfirmDialog
      title={say('deleteConfirmTitle')}
      submit={say('deleteAccount')}
      required={['username']}
      check={(values) => ({
        username: values.username === username ? undefined : say('deleteNameWrong'),
      })}
      onClose={onClose}
      act={async (by) => {
        await deleteAccount(by)
        await leave('deleted')
      }}
    >
      {(faults) => (
        <>
          <p>{say('deleteConfirmText', { username })}</p>
          <Field
            name="username"
            label={say('username')}
            autoComplete="off"
            fault={faults.username}
            required
          />
        </>
      )}
    </ConfirmDialog>
  )
}

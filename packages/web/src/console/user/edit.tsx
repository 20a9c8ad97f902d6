import { type ReactNode, useState } from 'react'
import { type Faults, Form, type Values } from '../../ui/form.js'
import {
  editUser,
  type OneUser,
  readUser,
  type Seen,
  type UserEdit,
  useLookAgain,
} from '../api/user.js'
import { say } from '../say.js'
import { isChangedSince, useAct } from './act.js'

interface EditProps {
  /** As the user was when typing began: a change is meant for that. */
  readonly seen: Seen
  readonly check?: (values: Values) => Faults
  readonly editOf: (values: Values) => UserEdit
  /** What is there now, where another admin was faster; beside it stays what was typed. */
  readonly shown: (now: Seen) => ReactNode
  /** In other words than usual. */
  readonly explain?: (error: unknown) => string | undefined
  readonly onDone: () => void
  readonly onCancel: () => void
  /** @param began the user as typing began: another, looked up meanwhile, must not change what one is typing */
  readonly children: (faults: Faults, began: OneUser) => ReactNode
}

/** A form that changes a user, of whom somebody else may have another page open. */
export function Edit(props: EditProps) {
  const { seen, check, editOf, shown, explain, onDone, onCancel, children } = props
  const usual = useAct()
  const lookAgain = useLookAgain()
  const [first] = useState(seen)
  const [now, setNow] = useState<Seen>()
  const { user, version } = now ?? first
  const send = async (values: Values) => {
    try {
      await editUser(user.id, editOf(values), version)
    } catch (error) {
      if (isChangedSince(error)) setNow(await readUser(user.id))
      throw error
    }
    await lookAgain()
    onDone()
  }
  return (
    <div className="edit">
      {now !== undefined && (
        <div className="notice">
          <h3>{say('thereNow')}</h3>
          {shown(now)}
        </div>
      )}
      <Form
        submit={say(now === undefined ? 'save' : 'saveMine')}
        required={[]}
        send={send}
        explain={(error) =>
          isChangedSince(error)
            ? say('changedWhileTyping')
            : (explain?.(error) ?? usual.explain(error))
        }
        {...(check && { check })}
      >
        {(faults) => children(faults, first.user)}
      </Form>
      <button
        type="button"
        className="secondary outline"
        onClick={() => {
          void lookAgain()
          onCancel()
        }}
      >
        {say(now === undefined ? 'cancel' : 'dropMine')}
      </button>
    </div>
  )
}

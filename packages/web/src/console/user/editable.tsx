import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Success } from '../../ui/notice.js'
import { say } from '../say.js'

interface EditableProps {
  /** What the button says that begins it. */
  readonly edit: string
  readonly shown: ReactNode
  /** @param end with whether something was saved */
  readonly form: (end: (isSaved: boolean) => void) => ReactNode
}

/** What is shown until somebody wants to change it. */
export function Editable({ edit, shown, form }: EditableProps) {
  const [isEditing, setEditing] = useState(false)
  const [isSaved, setSaved] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const wasEditing = useRef(false)
  useEffect(() => {
    // The button that ended it is gone.
    if (wasEditing.current && !isEditing) button.current?.focus()
    wasEditing.current = isEditing
  }, [isEditing])
  const end = (isDone: boolean) => {
    setSaved(isDone)
    setEditing(false)
  }
  if (isEditing) return form(end)
  return (
    <>
      {shown}
      <Success>{isSaved && say('saved')}</Success>
      <button
        ref={button}
        type="button"
        className="secondary outline"
        onClick={() => setEditing(true)}
      >
        {edit}
      </button>
    </>
  )
}

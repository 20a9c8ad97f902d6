import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Confirmation } from '../api/account.js'
import { Problem } from '../api/problem.js'
import { inWords } from '../texts/faults.js'
import { say } from '../texts/texts.js'
import { Dialog } from './dialog.js'
import { PasswordField } from './field.js'
import { type Faults, Form, type Values } from './form.js'

interface ConfirmDialogProps {
  readonly title: string
  readonly submit: string
  /** It can be done otherwise again, so that the button need not warn. */
  readonly isHarmless?: boolean
  /** Fields besides the password that must be filled in. */
  readonly required?: readonly string[]
  readonly check?: (values: Values) => Faults
  /** In other words than usual. */
  readonly explain?: (error: unknown) => string
  readonly act: (by: Confirmation) => Promise<void>
  readonly onClose: () => void
  readonly children: ReactNode | ((faults: Faults) => ReactNode)
}

/** Asks before something that can't be undone, and for the password where the sign-in is some time ago. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const {
    title,
    submit,
    isHarmless,
    required = [],
    check,
    act,
    explain: inOtherWords = inWords,
    onClose,
    children,
  } = props
  const [needsPassword, setNeedsPassword] = useState(false)
  const password = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (needsPassword) password.current?.querySelector('input')?.focus()
  }, [needsPassword])
  const send = (values: Values) =>
    act(needsPassword ? { current_password: values.current_password ?? '' } : {})
  const explain = (error: unknown) => {
    if (!(error instanceof Problem) || !error.needsPassword) return inOtherWords(error)
    setNeedsPassword(true)
    return needsPassword ? say('wrongPassword') : say('confirmWithPassword')
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <Form
        submit={submit}
        {...(!isHarmless && { className: 'danger' })}
        required={needsPassword ? [...required, 'current_password'] : required}
        send={send}
        explain={explain}
        {...(check && { check })}
      >
        {(faults) => (
          <>
            {typeof children === 'function' ? children(faults) : children}
            <div ref={password}>
              {needsPassword && (
                <PasswordField
                  name="current_password"
                  label={say('currentPassword')}
                  autoComplete="current-password"
                  fault={faults.current_password}
                  required
                />
              )}
            </div>
          </>
        )}
      </Form>
    </Dialog>
  )
}

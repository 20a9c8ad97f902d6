import { type ReactNode, useId, useState } from 'react'
import { say } from '../texts/texts.js'

interface FieldProps {
  readonly name: string
  readonly label: string
  readonly autoComplete: string
  readonly hint?: string
  readonly fault: string | undefined
  readonly required?: boolean
  readonly value?: string
  readonly onInput?: (value: string) => void
}

/** A line to type in, with its label, a hint, and what is wrong with what was typed. */
export function Field({
  type = 'text',
  ...props
}: FieldProps & { readonly type?: 'text' | 'email' }) {
  const id = useId()
  return (
    <Labelled id={id} {...props}>
      <input type={type} {...attributesOf(id, props)} />
    </Labelled>
  )
}

interface PasswordFieldProps extends FieldProps {
  readonly autoComplete: 'current-password' | 'new-password'
  readonly children?: ReactNode
}

/** The same for a password, which can be shown. */
export function PasswordField({ children, ...props }: PasswordFieldProps) {
  const id = useId()
  const [isShown, setShown] = useState(false)
  return (
    <Labelled id={id} {...props} below={children}>
      <input type={isShown ? 'text' : 'password'} {...attributesOf(id, props)} />
      <label className="choice">
        <input
          type="checkbox"
          checked={isShown}
          onChange={(event) => setShown(event.currentTarget.checked)}
        />
        {say('showPassword')}
      </label>
    </Labelled>
  )
}

function attributesOf(id: string, props: FieldProps) {
  const { name, autoComplete, hint, fault, required, value, onInput } = props
  const describedBy = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ')
  return {
    id,
    name,
    autoComplete,
    autoCapitalize: 'none',
    spellCheck: false,
    ...(required && { 'aria-required': true as const }),
    ...(value !== undefined && { defaultValue: value }),
    ...(describedBy !== '' && { 'aria-describedby': describedBy }),
    ...(fault !== undefined && { 'aria-invalid': true as const }),
    ...(onInput && {
      onInput: (event: { currentTarget: HTMLInputElement }) => onInput(event.currentTarget.value),
    }),
  }
}

interface LabelledProps {
  readonly id: string
  readonly label: string
  readonly hint?: string
  readonly fault: string | undefined
  readonly below?: ReactNode
  readonly children: ReactNode
}

function Labelled({ id, label, hint, fault, below, children }: LabelledProps) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {hint !== undefined && <small id={`${id}-hint`}>{hint}</small>}
      {fault !== undefined && (
        <small id={`${id}-fault`} className="fault">
          {fault}
        </small>
      )}
      {below}
    </div>
  )
}

import { say } from '../texts/texts.js'
import { Field } from './field.js'

interface UsernameFieldProps {
  readonly fault: string | undefined
  readonly onInput: (username: string) => void
}

/** A username being chosen. */
export function UsernameField({ fault, onInput }: UsernameFieldProps) {
  return (
    <Field
      name="username"
      label={say('username')}
      autoComplete="username"
      hint={say('usernameHint')}
      fault={fault}
      onInput={onInput}
      required
    />
  )
}

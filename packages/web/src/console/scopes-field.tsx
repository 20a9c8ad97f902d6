import { Field } from '../ui/field.js'
import { say } from './say.js'

/** Scopes that somebody is to have from the start. */
export function ScopesField({ fault }: { readonly fault: string | undefined }) {
  return (
    <Field
      name="scopes"
      label={say('userAddScopes')}
      autoComplete="off"
      hint={say('userAddScopesHint')}
      fault={fault}
    />
  )
}

/** Those that were typed, parted by spaces or lines. */
export function scopesIn(text: string): string[] {
  return text.split(/\s+/).filter(Boolean)
}

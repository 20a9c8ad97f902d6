import { useId } from 'react'
import type { Json, Seen } from '../api/user.js'
import { jsonText } from '../json-text.js'
import { say } from '../say.js'
import { Edit } from './edit.js'
import { Editable } from './editable.js'
import { Section } from './section.js'

/** What is kept about a user: what they may change themselves, and what only admins see. */
export function Metadata({ seen }: { readonly seen: Seen }) {
  return (
    <>
      <Kind seen={seen} name="metadata" />
      <Kind seen={seen} name="admin_metadata" />
    </>
  )
}

interface KindProps {
  readonly seen: Seen
  readonly name: 'metadata' | 'admin_metadata'
}

function Kind({ seen, name }: KindProps) {
  return (
    <Section title={say(`title_${name}`)}>
      <p>{say(`hint_${name}`)}</p>
      <Editable
        edit={say(`edit_${name}`)}
        shown={<Shown value={seen.user[name]} />}
        form={(end) => (
          <Edit
            seen={seen}
            check={(values) => ({ [name]: faultOf(values[name] ?? '') })}
            editOf={(values) => ({ [name]: JSON.parse(values[name] ?? '') })}
            shown={(now) => <Shown value={now.user[name]} />}
            onDone={() => end(true)}
            onCancel={() => end(false)}
          >
            {(faults, began) => <JsonField name={name} value={began[name]} fault={faults[name]} />}
          </Edit>
        )}
      />
    </Section>
  )
}

function Shown({ value }: { readonly value: Json }) {
  const text = jsonText(value)
  return text === '{}' ? <p className="empty">{say('nothingKept')}</p> : <pre>{text}</pre>
}

interface JsonFieldProps {
  readonly name: string
  readonly value: Json
  readonly fault: string | undefined
}

function JsonField({ name, value, fault }: JsonFieldProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{say('asJson')}</label>
      <textarea
        id={id}
        name={name}
        rows={8}
        spellCheck={false}
        autoCapitalize="none"
        defaultValue={jsonText(value)}
        aria-describedby={`${id}-fault`}
        {...(fault !== undefined && { 'aria-invalid': true as const })}
      />
      <small id={`${id}-fault`} className="fault">
        {fault}
      </small>
    </div>
  )
}

/** What the server would refuse without a word for it. */
function faultOf(text: string): string | undefined {
  const names: string[] = []
  const note = (name: string, value: unknown) => {
    names.push(name)
    return value
  }
  try {
    const value: unknown = JSON.parse(text, note)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!isObject) return say('noJsonObject')
  } catch {
    return say('noJson')
  }
  const name = forbidden.find((one) => names.includes(one))
  return name && say('forbiddenName', { name })
}

/** Some programs make another object of one that has these. */
const forbidden = ['__proto__', 'constructor', 'prototype'] as const

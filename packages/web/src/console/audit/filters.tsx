import { useEffect, useState } from 'react'
import type { Filters } from '../api/pages.js'
import { auditEvents } from '../events.js'
import { say } from '../say.js'

/** As they stand in the address; times in UTC. */
export const filterNames = ['user', 'event', 'from', 'to'] as const
export type AuditFilterValues = Readonly<Record<(typeof filterNames)[number], string>>

interface FilterBarProps {
  readonly values: AuditFilterValues
  readonly onChange: (changed: Filters) => void
}

export function FilterBar({ values: { user, event, from, to }, onChange }: FilterBarProps) {
  return (
    <search className="filters even">
      <UserFilter user={user} onChange={(user) => onChange({ user })} />
      <label>
        {say('auditEvent')}
        <select
          value={event}
          onChange={(changed) => onChange({ event: changed.currentTarget.value })}
        >
          <option value="">{say('auditAnyEvent')}</option>
          {auditEvents.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <Time label={say('auditFrom')} value={from} onChange={(from) => onChange({ from })} />
      <Time label={say('auditTo')} value={to} onChange={(to) => onChange({ to })} />
      {[user, event, from, to].some(Boolean) && (
        <button
          type="button"
          className="secondary outline small"
          onClick={() => onChange({ user: '', event: '', from: '', to: '' })}
        >
          {say('auditNoFilter')}
        </button>
      )}
    </search>
  )
}

interface UserFilterProps {
  readonly user: string
  readonly onChange: (user: string) => void
}

/** It counts half a second after somebody has stopped to type. */
function UserFilter({ user, onChange }: UserFilterProps) {
  const [typed, setTyped] = useState(user)
  useEffect(() => setTyped(user), [user])
  useEffect(() => {
    if (typed.trim() === user) return
    const waiting = setTimeout(() => onChange(typed.trim()), 500)
    return () => clearTimeout(waiting)
  })
  return (
    <label>
      {say('auditUser')}
      <input
        type="search"
        value={typed}
        maxLength={256}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
    </label>
  )
}

interface TimeProps {
  readonly label: string
  readonly value: string
  readonly onChange: (time: string) => void
}

/** Typed in the reader's own time. */
function Time({ label, value, onChange }: TimeProps) {
  return (
    <label>
      {label}
      <input
        type="datetime-local"
        value={localTime(value)}
        onChange={(event) => onChange(inUtc(event.currentTarget.value))}
      />
    </label>
  )
}

function localTime(time: string): string {
  const at = new Date(time)
  if (Number.isNaN(at.getTime())) return ''
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

function inUtc(local: string): string {
  const at = new Date(local)
  return Number.isNaN(at.getTime()) ? '' : at.toISOString()
}

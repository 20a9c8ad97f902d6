import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { ask } from '../../api/ask.js'
import { Problem } from '../../api/problem.js'
import type { FullUser } from '../api/users.js'
import { type AuditEntry, sentenceOf } from '../events.js'
import { jsonText } from '../json-text.js'
import { Moment } from '../moment.js'
import { placeOfUser } from '../places.js'
import { say } from '../say.js'

interface EntryProps {
  readonly entry: AuditEntry
  /** Whether all that is shown is about one user, who need not be named each time. */
  readonly isOfOne?: boolean
}

/** What happened in a sentence, when, to whom and by whom; and all that is known of it, when it is opened. */
export function Entry({ entry, isOfOne = false }: EntryProps) {
  const { at, event, user_id: userId, client_id: clientId, actor, address } = entry
  const [isOpen, setOpen] = useState(false)
  return (
    <li className="entry">
      <details onToggle={(toggled) => setOpen(toggled.currentTarget.open)}>
        <summary>
          <Moment time={at} /> <code>{event}</code> <bdi>{sentenceOf(entry)}</bdi>
        </summary>
        {isOpen && <pre>{jsonText(entry)}</pre>}
      </details>
      <p className="told">
        {userId !== null && !isOfOne && <User id={userId} />}
        {clientId !== null && <Said what="auditClient" value={clientId} />}
        {actor !== `user:${userId}` && <Actor actor={actor} />}
        {address !== null && <Said what="auditAddress" value={address} />}
        {entry.seal === null && <span className="tag">{say('auditUnsealed')}</span>}
      </p>
    </li>
  )
}

/** Whoever is no user is named as the log does. */
function Actor({ actor }: { readonly actor: string }) {
  const [, id] = /^user:(.+)$/.exec(actor) ?? []
  return id === undefined ? (
    <Said what="auditActor" value={actor} />
  ) : (
    <User id={id} what="auditActor" />
  )
}

interface SaidProps {
  readonly what: 'auditActor' | 'auditAddress' | 'auditClient' | 'auditUser'
  readonly value: string
}

function Said({ what, value }: SaidProps) {
  return (
    <span>
      {say(what)}: <bdi>{value}</bdi>
    </span>
  )
}

interface UserProps {
  readonly id: string
  readonly what?: 'auditActor' | 'auditUser'
}

/** By the name, once that is known; by the id where the user has gone. */
function User({ id, what = 'auditUser' }: UserProps) {
  const { data: name } = useQuery({
    queryKey: ['name of', id],
    queryFn: ({ signal }) => nameOf(id, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <span>
      {say(what)}:{' '}
      <Link href={placeOfUser(id)}>
        <bdi>{name ?? id}</bdi>
      </Link>
    </span>
  )
}

/** Null where the user has gone. */
async function nameOf(id: string, signal: AbortSignal): Promise<string | null> {
  try {
    const answer = await ask('GET', `admin/users/${encodeURIComponent(id)}`, { signal })
    const { username }: FullUser = await answer.json()
    return username
  } catch (error) {
    if (error instanceof Problem && [404, 422].includes(error.status)) return null
    throw error
  }
}

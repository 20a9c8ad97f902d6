import { Link } from 'wouter'
import { type OneUser, useEntries } from '../api/user.js'
import { type AuditEntry, sentenceOf } from '../events.js'
import { Listed } from '../list.js'
import { Moment } from '../moment.js'
import { placeOfUser } from '../places.js'
import { say } from '../say.js'
import { jsonText } from './json-text.js'
import { Section } from './section.js'

/** All that the audit log has about a user, in words. */
export function History({ user }: { readonly user: OneUser }) {
  const entries = useEntries(user.id)
  return (
    <Section title={say('history')}>
      <Listed list={entries} empty={<p>{say('noHistory')}</p>}>
        {(items) => (
          <ol className="plain events">
            {items.map((entry) => (
              <li key={entry.id}>
                <Entry entry={entry} user={user} />
              </li>
            ))}
          </ol>
        )}
      </Listed>
    </Section>
  )
}

interface EntryProps {
  readonly entry: AuditEntry
  readonly user: OneUser
}

function Entry({ entry, user }: EntryProps) {
  return (
    <details>
      <summary>
        <Moment time={entry.at} /> {sentenceOf(entry)}
      </summary>
      <p>
        {say('byWhom')} <Actor actor={entry.actor} user={user} />
        {entry.address !== null && <> · {say('fromAddress', { address: entry.address })}</>}
        {entry.client_id !== null && <> · {say('throughClient', { client: entry.client_id })}</>}
      </p>
      <pre>{jsonText(entry)}</pre>
    </details>
  )
}

function Actor({ actor, user }: { readonly actor: string; readonly user: OneUser }) {
  if (actor === `user:${user.id}`) return say('actor_self')
  if (actor === 'cli' || actor === 'system' || actor === 'anonymous') return say(`actor_${actor}`)
  const [, id] = /^user:(.+)$/.exec(actor) ?? []
  return id === undefined ? actor : <Link href={placeOfUser(id)}>{say('actor_admin')}</Link>
}

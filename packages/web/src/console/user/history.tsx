import { type OneUser, useEntries } from '../api/user.js'
import { Entry } from '../audit/entry.js'
import { Listed } from '../list.js'
import { say } from '../say.js'
import { Section } from './section.js'

/** All that the audit log has about a user, in words. */
export function History({ user }: { readonly user: OneUser }) {
  const entries = useEntries(user.id)
  return (
    <Section title={say('history')}>
      <Listed list={entries} empty={<p>{say('noHistory')}</p>}>
        {(items) => (
          <ul className="log">
            {items.map((entry) => (
              <Entry key={entry.id} entry={entry} isOfOne />
            ))}
          </ul>
        )}
      </Listed>
    </Section>
  )
}

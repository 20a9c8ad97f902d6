import { Loaded } from '../../ui/loaded.js'
import { type Obstacle, type Seen, useEntries, useMails, useObstacles } from '../api/user.js'
import { say } from '../say.js'
import { Failures } from './failures.js'
import { ObstacleItem } from './obstacle.js'
import { useSaid } from './said.js'
import { Section } from './section.js'

/** What stands between a user and a sign-in, and what helps: so that whoever asks is helped within a minute. */
export function CanSignIn({ seen }: { readonly seen: Seen }) {
  const { id } = seen.user
  const obstacles = useObstacles(id)
  const entries = useEntries(id)
  const [said, sayDone] = useSaid()
  return (
    <Section title={say('canSignIn')}>
      {said}
      <Loaded query={obstacles} lines={2}>
        {(found) => (
          <>
            <Verdict obstacles={found} />
            <ul className="obstacles">
              {found.map((obstacle) => (
                <ObstacleItem
                  key={`${obstacle.code} ${obstacle.about}`}
                  obstacle={obstacle}
                  seen={seen}
                  onDone={sayDone}
                />
              ))}
            </ul>
          </>
        )}
      </Loaded>
      <MailTrouble id={id} />
      <Loaded query={entries} lines={3}>
        {({ pages }) => (
          <Failures entries={pages.flatMap(({ items }) => items)} seen={seen} onDone={sayDone} />
        )}
      </Loaded>
    </Section>
  )
}

function Verdict({ obstacles }: { readonly obstacles: readonly Obstacle[] }) {
  if (obstacles.length === 0) return <p className="notice success">{say('canSignInYes')}</p>
  return obstacles.some(({ stops }) => stops === 'all') ? (
    <p className="notice fault">{say('canSignInNo')}</p>
  ) : (
    <p className="notice">{say('canSignInMostly')}</p>
  )
}

/** Who waits for a link that never came can't sign in either. */
function MailTrouble({ id }: { readonly id: string }) {
  const newest = useMails(id).data?.pages[0]?.items[0]
  if (newest === undefined || newest.fault === null || newest.state === 'sent') return null
  return (
    <p className="notice fault">
      {say('mailTrouble')} <span lang="en">{newest.fault}</span>
    </p>
  )
}

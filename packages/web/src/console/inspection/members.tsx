import type { ReactNode } from 'react'
import type { Member } from '../../inspector/json-members.js'
import { say } from '../say.js'

interface MembersProps {
  readonly title: string
  /** `undefined` where they can't be read. */
  readonly members: readonly Member[] | undefined
  /** What stands in their place, where it can be read as text. */
  readonly text: string | undefined
  /** What a member is, in words. */
  readonly meaning: (member: Member) => ReactNode
}

/** The members of a header, or the claims, each as it was written and in words. */
export function Members({ title, members, text, meaning }: MembersProps) {
  return (
    <section>
      <h2>{title}</h2>
      {members === undefined && <Unread text={text} />}
      {members?.length === 0 && <p>{say('inspectNoMembers')}</p>}
      {members !== undefined && members.length > 0 && (
        <dl className="members">
          {members.slice(0, most).map((member, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a name may be there twice
            <div key={place}>
              <dt>
                <bdi>{member.name}</bdi>
              </dt>
              <dd>
                <bdi>{shown(member)}</bdi>
              </dd>
              <dd>{meaning(member)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  )
}

function Unread({ text }: { readonly text: string | undefined }) {
  if (text === undefined || text === '') return <p>{say('inspectNothingRead')}</p>
  return (
    <>
      <p>{say('inspectUnreadable')}</p>
      <pre>{text.slice(0, longest)}</pre>
    </>
  )
}

/** A text by itself, everything else as it was written. */
function shown({ value, source }: Member): string {
  const text = typeof value === 'string' ? value : source
  return text.length > longest ? `${text.slice(0, longest)} …` : text
}

/** Of a token that is not meant to be read: in characters, and in members. */
const longest = 2000
const most = 200

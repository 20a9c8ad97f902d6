import { lifeOf } from '../../inspector/claims.js'
import { type Member, valueIn } from '../../inspector/json-members.js'
import { say } from '../say.js'
import { exactTime, fromNow, isoTime, percent } from './times.js'

interface LifeProps {
  readonly claims: readonly Member[]
  /** Seconds since 1970. */
  readonly now: number
}

/** From when to when it holds, and how much of that is over. */
export function Life({ claims, now }: LifeProps) {
  const life = lifeOf(claims)
  if (life === undefined) return null
  const { from, until } = life
  const spent = Math.min(1, Math.max(0, (now - from) / (until - from)))
  const begins = valueIn(claims, 'nbf') === from ? 'inspectBegins' : 'inspectIssued'
  return (
    <section className="life">
      <h2>{say('inspectLife')}</h2>
      <progress value={spent} max={1} aria-label={say('inspectLife')} />
      <p>{say('inspectSpent', { percent: percent(Math.floor(spent * 100) / 100) })}</p>
      <dl>
        <dt>{say(begins)}</dt>
        <dd>
          <When seconds={from} now={now} />
        </dd>
        <dt>{say(until > now ? 'inspectExpires' : 'inspectExpired')}</dt>
        <dd>
          <When seconds={until} now={now} />
        </dd>
      </dl>
    </section>
  )
}

function When({ seconds, now }: { readonly seconds: number; readonly now: number }) {
  return (
    <time dateTime={isoTime(seconds)} title={isoTime(seconds)}>
      {fromNow(seconds, now)}, {exactTime(seconds)}
    </time>
  )
}

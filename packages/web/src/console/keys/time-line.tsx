import type { KeyRecord } from '../api/keys.js'
import { Moment } from '../moment.js'
import { say } from '../say.js'
import { lifeOf, spanOf } from './life.js'

interface TimeLineProps {
  readonly keys: readonly KeyRecord[]
  readonly now: number
}

/** Each key's life as a bar, all on one scale. The table beside it says the same in words. */
export function TimeLine({ keys, now }: TimeLineProps) {
  const lives = keys.map((key) => lifeOf(key, keys))
  const { from, to } = spanOf(lives, now)
  const x = (time: number) => ((time - from) / (to - from)) * width
  return (
    <figure className="lives" aria-label={say('keyTimeLine')}>
      {keys.map((key, at) => (
        <div key={key.kid}>
          <code>{key.kid}</code>
          <svg viewBox={`0 0 ${width} 20`} preserveAspectRatio="none" aria-hidden="true">
            {lives[at]?.map(({ what, from, to: end = to }) => (
              <rect
                key={what}
                className={what}
                x={x(from)}
                y={3}
                width={Math.max(narrowest, x(end) - x(from))}
                height={14}
              />
            ))}
            <rect className="now" x={x(now)} y={0} width={2} height={20} />
          </svg>
        </div>
      ))}
      <figcaption>
        <Moment time={new Date(from).toISOString()} />
        <ul>
          {(['published', 'signs', 'verifies', 'now'] as const).map((what) => (
            <li key={what} className="mark">
              <svg viewBox="0 0 12 12" aria-hidden="true">
                <rect className={what} width={what === 'now' ? 3 : 12} height={12} />
              </svg>
              {say(`key_${what}`)}
            </li>
          ))}
        </ul>
        <Moment time={new Date(to).toISOString()} />
      </figcaption>
    </figure>
  )
}

const width = 1000
/** So that what is short beside the rest is seen. */
const narrowest = 4

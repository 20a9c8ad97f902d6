/** What `/admin/statistics` takes and answers, made of the table of the figures. */

import Type, { type TSchema } from 'typebox'
import { durations, peaks } from '../core/measures/figures.js'
import { namesOfCounts } from '../core/statistics.js'
import { time } from './schemas.js'

const span = Type.Union([Type.Literal('hour'), Type.Literal('day'), Type.Literal('month')])

export const statisticsQuery = Type.Object({
  span: Type.Optional(span),
})

const counts = Type.Array(Type.Integer())
const nullable = Type.Array(Type.Union([Type.Number(), Type.Null()]))
const now = Type.Union([Type.Integer(), Type.Null()])

export const statistics = Type.Object(
  {
    span,
    step: Type.Integer({ description: 'Seconds that each number is of' }),
    from: Type.String({ format: 'date-time', description: 'When the first step began' }),
    to: time,
    now: Type.Object(
      { active_sessions: now, mails_waiting: now },
      { description: 'What is so now; null where that is not known' },
    ),
    counts: Type.Object(groups(namesOfCounts, counts), {
      description: 'How often something happened, in each step',
    }),
    peaks: Type.Object(groups(peaks, nullable), {
      description: 'The most that there was at once; null where nobody has looked',
    }),
    durations: Type.Object(
      Object.fromEntries(
        Object.keys(durations).map((name) => [
          name,
          Type.Object({ count: counts, p50: nullable, p99: nullable }),
        ]),
      ),
      {
        description:
          'Seconds within which half of all was done, and 99 of 100: estimated; null where there was nothing',
      },
    ),
  },
  { description: 'Numbers for each step of the span, the oldest first and the present one last' },
)

function groups<Schema extends TSchema>(
  names: Readonly<Record<string, readonly string[]>>,
  schema: Schema,
) {
  return Object.fromEntries(
    Object.entries(names).map(([group, series]) => [
      group,
      Type.Object(Object.fromEntries(series.map((name) => [name, schema]))),
    ]),
  )
}

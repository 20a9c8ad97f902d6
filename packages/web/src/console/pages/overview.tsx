import { inWords } from '../../texts/faults.js'
import { Loaded } from '../../ui/loaded.js'
import { Fault } from '../../ui/notice.js'
import { Page } from '../../ui/page.js'
import { type Span, type Statistics, spans, useStatistics } from '../api/statistics.js'
import { useFilters } from '../filters.js'
import { GraphSection } from '../graphs/graph.js'
import { graphsOf } from '../graphs/graphs.js'
import { asCount, total } from '../graphs/numbers.js'
import { say } from '../say.js'

export default function Overview() {
  const [{ span: wanted }, change] = useFilters(['span'])
  const span = spans.find((known) => known === wanted) ?? 'hour'
  const statistics = useStatistics(span)
  return (
    <Page title={say('overviewTitle')}>
      <Spans span={span} onChoice={(chosen) => change({ span: chosen })} />
      <Loaded query={statistics} lines={10}>
        {(numbers) => (
          <>
            <Fault>{statistics.error !== null && inWords(statistics.error)}</Fault>
            <Tiles statistics={numbers} />
            <div className="graphs">
              {graphsOf(numbers).map((graph) => (
                <GraphSection key={graph.title} graph={graph} axis={numbers} />
              ))}
            </div>
            <p>
              <small>{say('overviewSource')}</small>
            </p>
          </>
        )}
      </Loaded>
    </Page>
  )
}

interface SpansProps {
  readonly span: Span
  readonly onChoice: (span: Span) => void
}

function Spans({ span, onChoice }: SpansProps) {
  return (
    <fieldset className="choices">
      <legend className="visually-hidden">{say('spanChoice')}</legend>
      {spans.map((each) => (
        <button
          key={each}
          type="button"
          className={each === span ? 'small' : 'small secondary outline'}
          aria-pressed={each === span}
          onClick={() => onChoice(each)}
        >
          {say(`span_${each}`)}
        </button>
      ))}
    </fieldset>
  )
}

/** What one looks for first. */
function Tiles({ statistics: { counts, now } }: { readonly statistics: Statistics }) {
  const { succeeded, ...failures } = counts.sign_ins
  const tiles = [
    [say('tileActive'), now.active_sessions],
    [say('tileSignIns'), total(succeeded)],
    [say('tileFailures'), total(Object.values(failures).flat())],
    [say('tileThrottled'), total(Object.values(counts.throttled).flat())],
    [say('tileMails'), now.mails_waiting],
  ] as const
  return (
    <dl className="tiles">
      {tiles.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value === null ? '–' : asCount(value)}</dd>
        </div>
      ))}
    </dl>
  )
}

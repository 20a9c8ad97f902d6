import { useId, useState } from 'react'
import { asTime } from '../../texts/texts.js'
import type { Statistics } from '../api/statistics.js'
import { Moment } from '../moment.js'
import { say } from '../say.js'
import { Table } from '../table.js'
import type { Graph } from './graphs.js'
import { total } from './numbers.js'
import { Plot } from './plot.js'

/** When each number is of. */
export type Axis = Pick<Statistics, 'from' | 'step' | 'span'>

interface GraphProps {
  readonly graph: Graph
  readonly axis: Axis
}

/** A graph with all that it shows in words and numbers too, for whoever can't see it. */
export function GraphSection({ graph, axis }: GraphProps) {
  const id = useId()
  const [at, setAt] = useState<number>()
  return (
    <section className="graph" aria-labelledby={id}>
      <h2 id={id}>{graph.title}</h2>
      <p>{graph.summary}</p>
      {!graph.isEmpty && (
        <>
          <Plot graph={graph} axis={axis} onPoint={setAt} />
          <Legend graph={graph} axis={axis} at={at} />
          <Numbers graph={graph} axis={axis} />
        </>
      )}
    </section>
  )
}

/** What is which colour; with the numbers under the pointer. It is in the table too. */
function Legend({ graph, axis, at }: GraphProps & { readonly at: number | undefined }) {
  const { series, asText } = graph
  return (
    <div className="legend" aria-hidden="true">
      <ul className="plain">
        {series.map(({ name, values }, number) => {
          const value = at === undefined ? undefined : values[at]
          return (
            <li key={name}>
              <i className={`colour-${number}`} />
              {name}
              {value != null && <b>{asText(value)}</b>}
            </li>
          )
        })}
      </ul>
      <span>{at !== undefined && asTime(timeOf(axis, at))}</span>
    </div>
  )
}

function Numbers({ graph, axis }: GraphProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{say('asTable')}</summary>
      {isOpen && <NumberTable graph={graph} axis={axis} />}
    </details>
  )
}

/** The newest first, as far as there is anything. */
function NumberTable({ graph: { title, kind, series, asText }, axis }: GraphProps) {
  const steps = [...(series[0]?.values.keys() ?? [])]
    .filter((at) => series.some(({ values }) => values[at]))
    .reverse()
  return (
    <Table
      label={say('numbersOf', { title })}
      columns={[say('fromColumn'), ...series.map(({ name }) => name)]}
    >
      {kind === 'bars' && (
        <tr className="sum">
          <th scope="row">{say('altogether')}</th>
          {series.map(({ name, values }) => (
            <td key={name}>{asText(total(values))}</td>
          ))}
        </tr>
      )}
      {steps.map((at) => (
        <tr key={at}>
          <th scope="row">
            <Moment time={timeOf(axis, at)} />
          </th>
          {series.map(({ name, values }) => (
            <td key={name}>{values[at] == null ? '–' : asText(values[at])}</td>
          ))}
        </tr>
      ))}
    </Table>
  )
}

function timeOf({ from, step }: Axis, at: number): string {
  return new Date(Date.parse(from) + at * step * 1000).toISOString()
}

import { useEffect, useRef, useState } from 'react'
import type { Drawing } from './drawing.js'
import type { Axis } from './graph.js'
import type { Graph } from './graphs.js'
import { tickForm } from './numbers.js'

interface PlotProps {
  readonly graph: Graph
  readonly axis: Axis
  /** The step under the pointer. */
  readonly onPoint: (at: number | undefined) => void
}

/** The picture of a graph. It is made anew where what it shows is another thing, and moves on with new numbers. */
export function Plot({ graph, axis, onPoint }: PlotProps) {
  const place = useRef<HTMLDivElement>(null)
  const drawing = useRef<Drawing>(null)
  const shown = useRef({ graph, axis })
  const [fault, setFault] = useState<unknown>()
  const shape = `${axis.span} ${graph.kind} ${graph.series.map(({ name }) => name)}`
  useEffect(() => {
    shown.current = { graph, axis }
    drawing.current?.show(shown.current)
  }, [graph, axis])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the numbers alone are no reason to make it anew
  useEffect(() => {
    let isGone = false
    // Not loaded before there is something to draw.
    import('./drawing.js').then(({ Drawing }) => {
      if (isGone || place.current === null) return
      const given = { onPoint, asTick: tickForm(axis.span) }
      drawing.current = new Drawing(place.current, shown.current, given)
    }, setFault)
    return () => {
      isGone = true
      drawing.current?.end()
      drawing.current = null
    }
  }, [shape])
  if (fault !== undefined) throw fault
  return <div ref={place} className="plot" aria-hidden="true" />
}

import UPlot from 'uplot'
import type { Axis } from './graph.js'
import type { Graph } from './graphs.js'

interface Shown {
  readonly graph: Graph
  readonly axis: Axis
}

interface Given {
  /** Told of the step under the pointer. */
  readonly onPoint: (at: number | undefined) => void
  readonly asTick: (time: number) => string
}

/** A graph, drawn into a place whose size and colours it takes, and keeps taking until its end. */
export class Drawing {
  readonly #place: HTMLElement
  readonly #given: Given
  readonly #scheme = matchMedia('(prefers-color-scheme: dark)')
  readonly #resized: ResizeObserver
  #shown: Shown
  #plot: UPlot

  constructor(place: HTMLElement, shown: Shown, given: Given) {
    this.#place = place
    this.#given = given
    this.#shown = shown
    this.#plot = this.#make()
    this.#scheme.addEventListener('change', this.#anew)
    this.#resized = new ResizeObserver(() => this.#fit())
    this.#resized.observe(place)
  }

  /** Other numbers of the same kind. */
  show(shown: Shown): void {
    this.#shown = shown
    this.#plot.setData(dataOf(shown))
  }

  end(): void {
    this.#scheme.removeEventListener('change', this.#anew)
    this.#resized.disconnect()
    this.#plot.destroy()
  }

  /** Its colours are drawn, so no style sheet changes them. */
  readonly #anew = (): void => {
    this.#plot.destroy()
    this.#plot = this.#make()
  }

  #make(): UPlot {
    const options = optionsOf(this.#shown, this.#place, this.#given)
    return new UPlot(options, dataOf(this.#shown), this.#place)
  }

  #fit(): void {
    const { clientWidth: width, clientHeight: height } = this.#place
    if (width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height })
  }
}

function optionsOf(
  { graph: { kind, series, asText }, axis: { step } }: Shown,
  place: HTMLElement,
  { onPoint, asTick }: Given,
): UPlot.Options {
  const colour = (name: string) => getComputedStyle(place).getPropertyValue(name).trim()
  const lines = {
    stroke: colour('--graph-text'),
    grid: { stroke: colour('--graph-grid'), width: 1 },
  }
  const drawn = series.map((_, number) => lookOf(kind, colour(`--colour-${number}`)))
  return {
    width: place.clientWidth,
    height: place.clientHeight,
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { setScale: false, x: false, y: false } },
    hooks: { setCursor: [({ cursor: { idx } }) => onPoint(idx ?? undefined)] },
    scales: {
      x: { time: true, range: (_, from, to) => [from - step / 2, to + step / 2] },
      y: { range: rangeOf },
    },
    axes: [
      { ...lines, values: (_, at) => at.map(asTick) },
      {
        ...lines,
        size: 64,
        incrs: kind === 'bars' || asText(1) === '1' ? wholeNumbers : fractions,
        values: (_, at) => at.map(asText),
      },
    ],
    // One on the other: the highest is drawn first, and the others in front of it.
    series: [{}, ...drawn.toReversed()],
  }
}

/** The times, and each series; where they are added up, each with those below it. */
function dataOf({ graph: { kind, series }, axis: { from, step } }: Shown): UPlot.AlignedData {
  const start = Date.parse(from) / 1000
  const points = series[0]?.values.length ?? 0
  // In the middle of each step, so that what is nearest to the pointer is what is under it.
  const times = Array.from({ length: points }, (_, at) => start + (at + 0.5) * step)
  const values = kind === 'bars' ? stacked(series) : series.map(({ values }) => [...values])
  return [times, ...values.toReversed()]
}

function stacked(series: Graph['series']): number[][] {
  const sums: number[][] = []
  for (const { values } of series) {
    const below = sums.at(-1)
    sums.push(values.map((value, at) => (value ?? 0) + (below?.[at] ?? 0)))
  }
  return sums
}

function lookOf(kind: Graph['kind'], colour: string): UPlot.Series {
  const bars = UPlot.paths.bars?.({ size: [0.8, 40] })
  if (kind === 'bars' && bars !== undefined) {
    return { fill: colour, width: 0, paths: bars, points: { show: false } }
  }
  return { stroke: colour, width: 2, spanGaps: true }
}

/** From nothing on, with some room above. */
function rangeOf(_: UPlot, _least: number | null, most: number | null): [number, number] {
  return [0, most === null || most === 0 ? 1 : most * 1.1]
}

const tens = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]
const wholeNumbers = tens.flatMap((ten) => [ten, 2 * ten, 5 * ten])
const fractions = [0.001, 0.01, 0.1, 1, 10].flatMap((ten) => [ten, 2 * ten, 5 * ten])

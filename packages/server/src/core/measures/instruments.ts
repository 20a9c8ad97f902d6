/** What is counted, as Prometheus knows it: https://prometheus.io/docs/concepts/metric_types/ */

/** One number of a family. */
export interface Sample {
  /** What a histogram adds to its name. */
  readonly suffix?: '_bucket' | '_sum' | '_count'
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** All numbers of one name. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** What several processes have of it is one number: by default the sum. */
  readonly joined?: 'sum' | 'most'
  readonly samples: readonly Sample[]
}

interface Description {
  readonly name: string
  readonly help: string
}

/**
 * The names of labels, each with all values that it can have: nobody's name, address or token is
 * one of them, so there are never more numbers than this says (checklist K07).
 */
export type Labels = Readonly<Record<string, readonly string[]>>
type ValuesOf<L extends Labels> = { readonly [Name in keyof L]: L[Name][number] }

/** Goes up, and from 0 again when its process starts. */
export class Counter<const L extends Labels> {
  readonly #description: Description
  readonly #series: Series<L, { value: number }>

  /** Where there is one label at most each of its values is there from the start, as 0: so the first increase is seen. */
  constructor(description: Description, labels: L) {
    this.#description = description
    this.#series = new Series(labels, () => ({ value: 0 }))
    this.#series.fill()
  }

  add(labels: ValuesOf<L>, by = 1): void {
    this.#series.at(labels).value += by
  }

  /** Of all that have these labels. */
  sum(wanted: Partial<ValuesOf<L>> = {}): number {
    const pairs = Object.entries(wanted)
    return this.#series
      .all()
      .filter(({ labels }) => pairs.every(([name, value]) => labels[name] === value))
      .reduce((sum, { held }) => sum + held.value, 0)
  }

  family(): Family {
    const samples = this.#series.all().map(({ labels, held }) => ({ labels, value: held.value }))
    return { ...this.#description, type: 'counter', samples }
  }
}

/** What was observed of one combination of labels. */
export class Observed {
  readonly bounds: readonly number[]
  sum = 0
  count = 0
  /** How many there were up to each bound, and beyond the bound before. */
  readonly each: number[]

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.each = bounds.map(() => 0)
  }

  observe(value: number): void {
    this.sum += value
    this.count += 1
    const bucket = this.bounds.findIndex((bound) => value <= bound)
    if (bucket >= 0) this.each[bucket] = (this.each[bucket] ?? 0) + 1
  }

  /** Together with what was observed elsewhere, in the same buckets. */
  and({ sum, count, each }: Observed): Observed {
    const both = new Observed(this.bounds)
    both.sum = this.sum + sum
    both.count = this.count + count
    for (const [at, value] of this.each.entries()) both.each[at] = value + (each[at] ?? 0)
    return both
  }
}

/** How often something took how long. */
export class Histogram<const L extends Labels> {
  readonly #description: Description
  readonly #bounds: readonly number[]
  readonly #series: Series<L, Observed>

  /** @param bounds of its buckets, ascending, in the unit that the name ends with */
  constructor(description: Description, labels: L, bounds: readonly number[] = seconds) {
    this.#description = description
    this.#bounds = bounds
    this.#series = new Series(labels, () => new Observed(bounds))
    this.#series.fill()
  }

  observe(labels: ValuesOf<L>, value: number): void {
    this.of(labels).observe(value)
  }

  /** For who observes the same again and again. It is there from then on, as 0. */
  of(labels: ValuesOf<L>): Observed {
    return this.#series.at(labels)
  }

  /** Of all whose labels are such. */
  sum(are: (labels: Sample['labels']) => boolean = () => true): Observed {
    const such = this.#series.all().filter(({ labels }) => are(labels))
    return such.reduce((sum, { held }) => sum.and(held), new Observed(this.#bounds))
  }

  family(): Family {
    const samples = this.#series.all().flatMap(({ labels, held }) => this.#samplesOf(labels, held))
    return { ...this.#description, type: 'histogram', samples }
  }

  #samplesOf(labels: Sample['labels'], { sum, count, each }: Observed): Sample[] {
    let upTo = 0
    const buckets = this.#bounds.map((bound, at): Sample => {
      upTo += each[at] ?? 0
      return { suffix: '_bucket', labels: { ...labels, le: `${bound}` }, value: upTo }
    })
    return [
      ...buckets,
      { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
      { suffix: '_sum', labels, value: sum },
      { suffix: '_count', labels, value: count },
    ]
  }
}

/** From what a guard does to what a person waits for. */
export const seconds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Something that is held for each combination of labels that has come up. */
class Series<L extends Labels, Held> {
  readonly #labels: L
  readonly #start: () => Held
  readonly #held = new Map<string, { labels: Record<string, string>; held: Held }>()

  constructor(labels: L, start: () => Held) {
    this.#labels = labels
    this.#start = start
  }

  fill(): void {
    const [[name, values] = ['', []], ...others] = Object.entries(this.#labels)
    if (others.length > 0) return
    if (name === '') this.#open('', {})
    for (const value of values) this.#open(value, { [name]: value })
  }

  at(labels: ValuesOf<L>): Held {
    let key = ''
    for (const name in this.#labels) key = key === '' ? labels[name] : `${key}\n${labels[name]}`
    return this.#held.get(key)?.held ?? this.#open(key, { ...labels })
  }

  all() {
    return [...this.#held.values()]
  }

  #open(key: string, labels: Record<string, string>): Held {
    const held = this.#start()
    this.#held.set(key, { labels, held })
    return held
  }
}

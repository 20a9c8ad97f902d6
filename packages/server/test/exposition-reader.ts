/** Reads Prometheus' text format 0.0.4, more strictly than Prometheus does. */

export interface ReadFamily {
  type: string
  help: string
  samples: ReadSample[]
}

export interface ReadSample {
  name: string
  labels: Record<string, string>
  value: number
}

/** @throws Error for what is not in the format, or says the same twice, or does not add up */
export function readExposition(text: string): Map<string, ReadFamily> {
  if (!text.endsWith('\n')) throw new Error('The last line has no end')
  const families = new Map<string, ReadFamily>()
  let current: [string, ReadFamily] | undefined
  let help: [string, string] | undefined
  for (const line of text.slice(0, -1).split('\n')) {
    const [, helped, words = ''] = /^# HELP ([a-z][a-z0-9_]*) (\S.*)$/.exec(line) ?? []
    if (helped !== undefined) {
      help = [helped, words]
      continue
    }
    const [, typed, type = ''] =
      /^# TYPE ([a-z][a-z0-9_]*) (counter|gauge|histogram)$/.exec(line) ?? []
    if (typed !== undefined) {
      if (families.has(typed)) throw new Error(`${typed} comes twice`)
      if (help?.[0] !== typed) throw new Error(`${typed} has no help`)
      current = [typed, { type, help: help[1], samples: [] }]
      families.set(...current)
      continue
    }
    const sample = sampleOf(line)
    const [name, family] = current ?? []
    if (name === undefined || family === undefined) throw new Error(`of no family: ${line}`)
    if (!namesOf(name, family.type).includes(sample.name)) throw new Error(`out of place: ${line}`)
    family.samples.push(sample)
  }
  for (const [name, family] of families) checkFamily(name, family)
  return families
}

function namesOf(name: string, type: string): string[] {
  return type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
}

function sampleOf(line: string): ReadSample {
  const [, name, list = '', number] =
    /^([a-z][a-z0-9_]*)(?:\{(.+)\})? (-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$/.exec(line) ?? []
  if (name === undefined) throw new Error(`no sample: ${line}`)
  const labels: Record<string, string> = {}
  let rest = list
  while (rest !== '') {
    const [whole, label = '', value = ''] =
      /^([a-z][a-z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(?:,(?=.)|$)/.exec(rest) ?? []
    if (whole === undefined || label in labels) throw new Error(`broken labels: ${line}`)
    labels[label] = value
    rest = rest.slice(whole.length)
  }
  return { name, labels, value: Number(number) }
}

function checkFamily(name: string, { type, samples }: ReadFamily): void {
  if (samples.length === 0) throw new Error(`${name} is empty`)
  const keys = samples.map((each) => JSON.stringify([each.name, each.labels]))
  if (new Set(keys).size < keys.length) throw new Error(`${name} says something twice`)
  if ((type === 'counter') !== name.endsWith('_total')) throw new Error(`${name} is no ${type}`)
  if (type !== 'gauge' && samples.some(({ value }) => value < 0)) throw new Error(`${name} < 0`)
  if (type === 'histogram') checkHistogram(name, samples)
}

function checkHistogram(name: string, samples: readonly ReadSample[]): void {
  for (const key of new Set(samples.map(seriesOf))) {
    const all = samples.filter((each) => seriesOf(each) === key)
    const buckets = all.filter((each) => each.name.endsWith('_bucket'))
    const bounds = buckets.map(({ labels }) => Number(labels.le?.replace('+Inf', 'Infinity')))
    const values = buckets.map(({ value }) => value)
    const count = all.find((each) => each.name.endsWith('_count'))?.value
    const isWhole =
      bounds.at(-1) === Number.POSITIVE_INFINITY &&
      isAscending(bounds) &&
      isAscending(values) &&
      values.at(-1) === count &&
      all.some((each) => each.name.endsWith('_sum'))
    if (!isWhole) throw new Error(`${name} does not add up for ${key}`)
  }
}

function seriesOf({ labels: { le: _le, ...labels } }: ReadSample): string {
  return JSON.stringify(labels)
}

function isAscending(numbers: readonly number[]): boolean {
  return numbers.every((each, at) => at === 0 || each >= (numbers[at - 1] ?? 0))
}

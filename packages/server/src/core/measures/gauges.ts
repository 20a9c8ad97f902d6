import type { Family, Sample } from './instruments.js'

/** A number as it is now. */
export function gauge(name: string, help: string, value: number): Family {
  return { name, help, type: 'gauge', samples: [{ labels: {}, value }] }
}

/** The same, one for each value of a label. */
export function gauges(name: string, help: string, label: string, values: Values): Family {
  return { name, help, type: 'gauge', samples: samplesOf(label, values) }
}

/** A number that says nothing when it is added up: of several processes the most counts. */
export function most(name: string, help: string, value: number): Family {
  return { ...gauge(name, help, value), joined: 'most' }
}

/** A number that only goes up, and is kept elsewhere. */
export function total(name: string, help: string, value: number): Family {
  return { name, help, type: 'counter', samples: [{ labels: {}, value }] }
}

/** The same, one for each value of a label. */
export function totals(name: string, help: string, label: string, values: Values): Family {
  return { name, help, type: 'counter', samples: samplesOf(label, values) }
}

type Values = Readonly<Record<string, number>>

function samplesOf(label: string, values: Values): Sample[] {
  return Object.entries(values).map(([each, value]) => ({ labels: { [label]: each }, value }))
}

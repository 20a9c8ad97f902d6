import type { Family, Sample } from './instruments.js'

/** What several processes have counted, as one. Those of a name are alike in all but their samples. */
export function joinFamilies(processes: readonly (readonly Family[])[]): Family[] {
  const joined = new Map<string, { family: Family; samples: Map<string, Sample> }>()
  for (const family of processes.flat()) {
    const known = joined.get(family.name) ?? { family, samples: new Map() }
    joined.set(family.name, known)
    for (const sample of family.samples) {
      const key = `${sample.suffix} ${JSON.stringify(sample.labels)}`
      const before = known.samples.get(key)
      const value = before === undefined ? sample.value : add(family, before.value, sample.value)
      known.samples.set(key, { ...sample, value })
    }
  }
  return [...joined.values()].map(({ family, samples }) => ({
    ...family,
    samples: [...samples.values()],
  }))
}

/** Of a process that has ended: what it has counted stays, so that no sum goes down; it uses nothing any more. */
export function whatStays(families: readonly Family[]): Family[] {
  return families.filter(({ type }) => type !== 'gauge')
}

function add({ joined }: Family, one: number, other: number): number {
  return joined === 'most' ? Math.max(one, other) : one + other
}

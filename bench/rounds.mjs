/**
 * Measures everything once a round, in turn: what slows the machine for a while slows all alike.
 * @template T
 * @param {Record<string, () => Promise<T>>} subjects
 * @param {number} rounds
 * @returns {Promise<Record<string, T[]>>} each subject's measurements, a round an entry
 */
export async function interleaved(subjects, rounds) {
  const found = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries(subjects)) found[name].push(await measure())
  }
  return found
}

/** @param {readonly (number | undefined)[]} values */
export function median(values) {
  const known = values.filter((value) => value !== undefined).sort((a, b) => a - b)
  const middle = known.length / 2
  return known.length % 2 === 1
    ? known[Math.floor(middle)]
    : (known[middle - 1] + known[middle]) / 2
}

/** The median of each round's ratio: both sides of a ratio belong to the same moment. */
export function medianRatio(above, below) {
  return median(above.map((value, round) => value / below[round]))
}

/** How many there were up to each bound, beyond the bound before, and altogether. */
export interface Distribution {
  readonly bounds: readonly number[]
  readonly each: readonly number[]
  readonly count: number
}

/**
 * What a part of them stayed within, estimated as Prometheus does: as if those within two bounds were spread evenly.
 * Of what lies beyond the last bound no more is known than that.
 *
 * @param part from 0 to 1
 * @returns undefined where there were none
 */
export function quantile({ bounds, each, count }: Distribution, part: number): number | undefined {
  if (count === 0) return undefined
  const wanted = part * count
  let before = 0
  for (const [at, bound] of bounds.entries()) {
    const within = each[at] ?? 0
    if (within > 0 && before + within >= wanted) {
      const lower = bounds[at - 1] ?? 0
      return lower + ((bound - lower) * (wanted - before)) / within
    }
    before += within
  }
  return bounds.at(-1)
}

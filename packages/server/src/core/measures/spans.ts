/** How far back the figures go, and in what steps: so their number is bounded. */

const minute = 60_000
const hour = 60 * minute

/** Milliseconds of a step, and how many of them. */
export const spans = {
  hour: { step: minute, points: 60 },
  day: { step: 15 * minute, points: 96 },
  month: { step: 6 * hour, points: 120 },
} as const
export type Span = keyof typeof spans

/** Milliseconds after which a step of it is shown no more. */
export function keptFor({ step, points }: { step: number; points: number }): number {
  return (points + 1) * step
}

export function startOf(time: number, step: number): number {
  return Math.floor(time / step) * step
}

/** Seconds as the settings write them: `90s`, `30m`, `12h`, `90d`, in the largest unit that divides them. */
export function durationOf(seconds: number): string {
  const [unit, length] = units.find(([, length]) => seconds % length === 0) ?? ['s', 1]
  return `${seconds / length}${unit}`
}

/** @returns seconds; undefined for what is no such text */
export function secondsOf(text: string): number | undefined {
  const [, amount, unit] = /^\s*(\d{1,9})\s*([smhd])\s*$/i.exec(text) ?? []
  const [, length] = units.find(([name]) => name === unit?.toLowerCase()) ?? []
  return amount === undefined || length === undefined ? undefined : Number(amount) * length
}

/** The largest first. */
const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const

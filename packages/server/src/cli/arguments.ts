import { InvalidArgumentError } from 'commander'

/** Readers of options; what they can't read is wrong usage. */

export function positive(value: string): number {
  const number = /^\d{1,4}$/.test(value) ? Number(value) : 0
  if (number > 0 && number <= 1000) return number
  throw new InvalidArgumentError('It should be a whole number from 1 to 1000.')
}

export function parseJson(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    throw new InvalidArgumentError('It should be JSON.')
  }
}

/** For options that may be given again and again. */
export function collect(value: string, earlier: string[] = []): string[] {
  return [...earlier, value]
}

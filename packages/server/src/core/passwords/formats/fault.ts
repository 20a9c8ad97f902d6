/** What checking a hash would take of something that there are bounds for. */
export interface Demand {
  /** Memory in KiB; `work` is memory times passes or lanes, in KiB too; all others are counted. */
  readonly of: 'memory' | 'work' | 'rounds' | 'lanes'
  readonly asked: number
  readonly most: number
}

export interface Whole {
  /** The least that a text which begins like this one has when it is whole. */
  readonly characters: number
  /** Whether all have as many. */
  readonly exactly: boolean
}

/** Why a text is not read as the format that it looks like, to be put behind the format's name. */
export function describeFault({
  stored,
  before,
  demands = [],
  whole = { characters: 0, exactly: false },
}: Text): string {
  const dear = demands.find(({ asked, most }) => asked > most)
  if (dear !== undefined) return ` that would need ${described[dear.of](dear.asked, dear.most)}`
  if (stored.length >= whole.characters) return ', but malformed'
  if (before === undefined) return ' cut off'
  const all = whole.exactly ? ` of ${whole.characters + before}` : ''
  return ` cut off at ${stored.length + before}${all} characters`
}

interface Text {
  readonly stored: string
  /** Characters that stood in front of it; undefined where the text was put together of other parts than it had. */
  readonly before: number | undefined
  readonly demands?: readonly Demand[] | undefined
  readonly whole?: Whole | undefined
}

/**
 * Of a text whose last part, behind so many `$`, has one of these lengths, of which the first is the least.
 *
 * @param exactly whether there are no others
 */
export function endingIn(
  stored: string,
  dollars: number,
  lengths: readonly number[],
  exactly: boolean = lengths.length === 1,
): Whole {
  const parts = stored.split('$')
  const last = parts.at(-1)?.length ?? 0
  if (parts.length <= dollars) return { characters: Number.POSITIVE_INFINITY, exactly: false }
  const wanted = parts.length > dollars + 1 ? 0 : (lengths.find((length) => length >= last) ?? 0)
  return { characters: stored.length - last + wanted, exactly }
}

/** The numbers that a pattern finds at the start of a text; for what is not there, one that demands nothing. */
export function numbersIn(stored: string, pattern: RegExp): (at: number) => number {
  const found = pattern.exec(stored) ?? []
  return (at) => Number(found[at] ?? 0)
}

type Describe = (asked: number, most: number) => string

const described: Readonly<Record<Demand['of'], Describe>> = {
  memory: (asked, most) => `${inBytes(asked)} of memory; at most ${inBytes(most)} is checked`,
  work: (asked, most) =>
    `${inBytes(asked)} to be filled in all; at most ${inBytes(most)} is checked`,
  rounds: (asked, most) => `${counted(asked)} rounds; at most ${counted(most)} are checked`,
  lanes: (asked, most) => `${counted(asked)} lanes; at most ${counted(most)} are checked`,
}

function inBytes(kibi: number): string {
  const units = ['KiB', 'MiB', 'GiB', 'TiB']
  const step = Math.min(Math.max(Math.floor(Math.log2(kibi) / 10), 0), units.length - 1)
  return `${counted(Math.round((kibi / 1024 ** step) * 10) / 10)} ${units[step]}`
}

function counted(number: number): string {
  return number > 2 ** 53 ? `more than ${counted(2 ** 53)}` : number.toLocaleString('en-US')
}

/**
 * What is known of tokens already seen, by their whole text (checklist B17). Two generations: the
 * elder is dropped whole when the younger is full, so nothing is walked through and nothing grows.
 */
export class VerifiedTokens<Entry extends SeenText> {
  readonly #limit: number
  #young = new Map<string, Entry>()
  #old = new Map<string, Entry>()

  /** `size` is the most entries that are kept; 0 keeps none. */
  constructor(size: number) {
    this.#limit = Math.ceil(size / 2)
  }

  get(token: string): Entry | undefined {
    const end = endOf(token)
    const entry = this.#young.get(end)
    if (entry !== undefined) return entry.token === token ? entry : undefined
    const elder = this.#old.get(end)
    if (elder?.token !== token) return undefined
    this.#keep(end, elder)
    return elder
  }

  set(entry: Entry): void {
    this.#keep(endOf(entry.token), entry)
  }

  #keep(end: string, entry: Entry): void {
    if (this.#limit === 0) return
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(end, entry)
  }
}

/** What every entry holds: the whole token that it is of. */
interface SeenText {
  readonly token: string
}

/**
 * Found by its end, which is of a signature and tells tokens apart: to hash the whole text takes
 * as long as all else that is done for a token seen before. Of two that end alike one is known.
 * 72 bits are enough, and V8 makes a string of its own of so few: one that points into the token is slower to find.
 */
function endOf(token: string): string {
  return token.slice(-12)
}

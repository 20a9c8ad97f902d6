/**
 * What is known of tokens already seen, by their whole text (checklist B17). Two generations: the
 * elder is dropped whole when the younger is full, so nothing is walked through and nothing grows.
 */
export class VerifiedTokens<Entry> {
  readonly #limit: number
  #young = new Map<string, Entry>()
  #old = new Map<string, Entry>()

  /** `size` is the most entries that are kept; 0 keeps none. */
  constructor(size: number) {
    this.#limit = Math.ceil(size / 2)
  }

  get(token: string): Entry | undefined {
    const entry = this.#young.get(token)
    if (entry !== undefined) return entry
    const elder = this.#old.get(token)
    if (elder !== undefined) this.set(token, elder)
    return elder
  }

  set(token: string, entry: Entry): void {
    if (this.#limit === 0) return
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(token, entry)
  }
}

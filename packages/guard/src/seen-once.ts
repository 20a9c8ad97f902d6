/**
 * Which texts have come not long ago, for those that are to be known from the second time on: a mark of each in a
 * table that never grows, where a newer one may take the place of an older. Nothing is decided by it but what is remembered.
 */
export class SeenOnce {
  #marks: Uint32Array | undefined

  /** Whether the text has come before, as far as the table can tell; it has from now on. */
  again(text: string): boolean {
    this.#marks ??= new Uint32Array(places)
    const mark = markOf(text)
    const place = mark % places
    const isKnown = this.#marks[place] === mark
    this.#marks[place] = mark
    return isKnown
  }
}

/** Enough that half of 10,000 texts that take turns are known again each time; 64 kB. */
const places = 2 ** 14

/** Of the end, which is of a signature and tells tokens apart. */
function markOf(text: string): number {
  let mark = 0
  for (let at = Math.max(0, text.length - 12); at < text.length; at++) {
    mark = Math.imul(mark, 31) + text.charCodeAt(at)
  }
  return mark >>> 0
}

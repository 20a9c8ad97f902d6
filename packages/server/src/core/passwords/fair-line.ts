/** Whose turn it is, among all who wait: first by network, then by name. */
export interface Key {
  readonly network: string
  readonly name: string
}

/** Where somebody waits, until it is taken or left. */
export interface Place<Item> extends Key {
  readonly item: Item
  /** When it was joined; later places have later times. */
  readonly since: number
}

/**
 * A line in which networks take turns, and within a network names: one that has ten thousand waiting
 * gives way to another's first after its present one. All operations but `yielding` take the same time
 * however many wait. It knows no bounds: who joins it has asked first.
 */
export class FairLine<Item> {
  // Each map is in the order of turns: who had one goes to the end.
  readonly #networks = new Map<string, Network<Item>>()
  /** In the order of joining. */
  readonly #places = new Set<Place<Item>>()

  get length(): number {
    return this.#places.size
  }

  join(item: Item, { network, name }: Key, since: number): Place<Item> {
    const place = { item, network, name, since }
    const line = this.#networks.get(network) ?? { length: 0, names: new Map() }
    const ofName = line.names.get(name) ?? new Set()
    ofName.add(place)
    line.length += 1
    line.names.set(name, ofName)
    this.#networks.set(network, line)
    this.#places.add(place)
    return place
  }

  /** Who is next; stays in the line. */
  first(): Place<Item> | undefined {
    const [line] = this.#networks.values()
    const [ofName] = line?.names.values() ?? []
    return ofName && firstOf(ofName)
  }

  /** Takes whoever is next out of the line, after which it is others' turn. */
  take(): Place<Item> | undefined {
    const place = this.first()
    if (place === undefined || !this.leave(place)) return undefined
    const line = this.#networks.get(place.network)
    if (line === undefined) return place
    toEnd(this.#networks, place.network, line)
    const ofName = line.names.get(place.name)
    if (ofName !== undefined) toEnd(line.names, place.name, ofName)
    return place
  }

  /** @returns whether it was in the line */
  leave(place: Place<Item>): boolean {
    if (!this.#places.delete(place)) return false
    const line = this.#networks.get(place.network)
    const ofName = line?.names.get(place.name)
    if (line === undefined || ofName === undefined) return true
    ofName.delete(place)
    line.length -= 1
    if (ofName.size === 0) line.names.delete(place.name)
    if (line.length === 0) this.#networks.delete(place.network)
    return true
  }

  /** Who has waited longest. */
  oldest(): Place<Item> | undefined {
    return firstOf(this.#places)
  }

  /**
   * Who should leave a full line for a newcomer: the last of the longest line, if that is longer than the
   * newcomer's own would be (longest queue drop, as in stochastic fairness queueing). Undefined
   * where it is the newcomer who should go.
   */
  yielding({ network, name }: Key): Place<Item> | undefined {
    const own = this.#networks.get(network)
    const longest = longestOf(this.#networks.values(), ({ length }) => length)
    if (longest === undefined) return undefined
    const names = longest.length > (own?.length ?? 0) + 1 ? longest.names : own?.names
    const crowd = longestOf(names?.values() ?? [], ({ size }) => size)
    if (crowd === undefined) return undefined
    const isOwn = names === own?.names
    if (isOwn && crowd.size <= (own?.names.get(name)?.size ?? 0) + 1) return undefined
    return lastOf(crowd)
  }
}

interface Network<Item> {
  length: number
  readonly names: Map<string, Set<Place<Item>>>
}

function firstOf<Each>(all: Iterable<Each>): Each | undefined {
  const [first] = all
  return first
}

function lastOf<Each>(all: Iterable<Each>): Each | undefined {
  let last: Each | undefined
  for (const each of all) last = each
  return last
}

/** Of several that are, the one whose turn is furthest. */
function longestOf<Line>(lines: Iterable<Line>, lengthOf: (line: Line) => number) {
  let longest: Line | undefined
  for (const line of lines) {
    if (longest === undefined || lengthOf(line) >= lengthOf(longest)) longest = line
  }
  return longest
}

function toEnd<Line>(lines: Map<string, Line>, key: string, line: Line): void {
  lines.delete(key)
  lines.set(key, line)
}

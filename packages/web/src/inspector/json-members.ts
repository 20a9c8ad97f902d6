/** A member of a JSON object, as it was written. */
export interface Member {
  readonly name: string
  readonly value: unknown
  /** The value's own spelling: numbers may be larger than a program can hold. */
  readonly source: string
}

export interface Members {
  readonly members: readonly Member[]
  /** A name that one object has twice, at any depth: readers differ in which of the two they take. */
  readonly twice: string | undefined
}

/**
 * Takes a JSON object apart, in its own order. It goes by the text and not by depth, so that no nesting is too deep.
 *
 * @param text of an object that has been parsed already, so that it is valid
 */
export function membersOf(text: string): Members {
  const members: Member[] = []
  /** The names in each object that is open; `undefined` for an array. */
  const open: (Set<string> | undefined)[] = []
  let twice: string | undefined
  let lastString = ''
  let current: { readonly name: string; readonly start: number } | undefined

  const close = (end: number) => {
    if (open.length !== 1 || current === undefined) return
    const source = text.slice(current.start, end).trim()
    members.push({ name: current.name, value: JSON.parse(source), source })
    current = undefined
  }

  for (const { 0: token, index } of text.matchAll(tokens)) {
    if (token === '{' || token === '[') {
      open.push(token === '{' ? new Set() : undefined)
    } else if (token === '}' || token === ']') {
      close(index)
      open.pop()
    } else if (token === ',') {
      close(index)
    } else if (token === ':') {
      const name: string = JSON.parse(lastString)
      const names = open.at(-1)
      if (names?.has(name)) twice ??= name
      names?.add(name)
      if (open.length === 1) current = { name, start: index + 1 }
    } else {
      lastString = token
    }
  }
  return { members, twice }
}

const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:,]/g

/** The value of a member, and nothing that an object inherits. */
export function valueIn(members: readonly Member[] | undefined, name: string): unknown {
  return members?.find((member) => member.name === name)?.value
}

export function has(members: readonly Member[], name: string): boolean {
  return members.some((member) => member.name === name)
}

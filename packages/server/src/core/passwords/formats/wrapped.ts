import type { HashFormat } from './format.js'

/** Hashes of other formats, of which another system has made its own by writing something in front. */
interface Wrapping {
  readonly name: string
  readonly looks: RegExp
  /** What the text is without that. */
  unwrap(stored: string): string
  readonly inner: readonly HashFormat[]
}

export function wrapped({ name, looks, unwrap, inner }: Wrapping): HashFormat {
  const find = (stored: string) => {
    if (!looks.test(stored)) return undefined
    const hash = unwrap(stored)
    const format = inner.find((candidate) => candidate.looks.test(hash))
    return format && { format, hash }
  }
  return {
    name,
    looks,
    takes: (password) => inner.every((format) => format.takes(password)),
    read(stored) {
      const found = find(stored)
      const judgement = found?.format.read(found.hash)
      return judgement && { ...judgement, madeBy: name }
    },
    async verify(stored, password) {
      const found = find(stored)
      return found?.format.verify(found.hash, password)
    },
    faultOf(stored, before) {
      const found = find(stored)
      if (found === undefined) return ', but malformed'
      const taken = stored.length - found.hash.length
      return found.format.faultOf(found.hash, before === undefined ? undefined : before + taken)
    },
  }
}

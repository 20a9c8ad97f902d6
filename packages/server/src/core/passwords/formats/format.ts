import { timingSafeEqual } from 'node:crypto'
import { type Demand, describeFault, type Whole } from './fault.js'

/** A way in which stored passwords are hashed: how to recognise, judge and check such a hash. */
export interface HashFormat {
  readonly name: string
  /** Whether a stored hash is meant to be of this format, by how it begins or by its whole look. */
  readonly looks: RegExp
  /** Undefined when the stored hash is malformed or would cost more to check than a sign-in may (checklist G07). */
  read(stored: string): Judgement | undefined
  /** Whether the format looks at the whole of this text; if not, the text must never match. */
  takes(password: Uint8Array): boolean
  /**
   * Runs in a hash worker, because it keeps a core busy. Undefined when the stored hash is not one that
   * `read` reads. Costs the same whatever the password is.
   */
  verify(stored: string, password: Uint8Array): Promise<boolean | undefined>
  /**
   * Why `read` does not read what looks like this format, to be put behind the format's name. Repeats nothing
   * of it. `before` are characters of a text that this one is only a part of; undefined where nobody has
   * seen this text, because it was put together.
   */
  faultOf(stored: string, before: number | undefined): string
}

export interface Judgement {
  /** The setting that makes such hashes (as `describeHashChoice` writes it), or the format's name where none does. */
  readonly madeBy: string
  /** KiB that checking it takes. */
  readonly memory: number
}

/** What a format's own file says of it. */
export interface Definition<Parsed extends { readonly digest: Uint8Array }> {
  readonly name: string
  readonly looks: RegExp
  /** Undefined for what is malformed or over the bounds: what it lets pass is computed. */
  parse(stored: string): Parsed | undefined
  compute(parsed: Parsed, password: Uint8Array): Uint8Array | Promise<Uint8Array>
  /** Default: the format's name. */
  madeBy?(parsed: Parsed): string
  /** KiB. Default: next to none. */
  memory?(parsed: Parsed): number
  /** Default: every text. */
  takes?(password: Uint8Array): boolean
  /** What is asked for by a text that was not read, as far as it can be seen there. Default: nothing. */
  demands?(stored: string): readonly Demand[]
  /** How long a text that begins so would be. Default: nobody knows. */
  whole?(stored: string): Whole
}

export function hashFormat<Parsed extends { readonly digest: Uint8Array }>(
  definition: Definition<Parsed>,
): HashFormat {
  const { name, looks, takes = () => true } = definition
  const parse = (stored: string) =>
    stored.length <= longestHash && looks.test(stored) ? definition.parse(stored) : undefined
  return {
    name,
    looks,
    takes,
    read(stored) {
      const parsed = parse(stored)
      if (parsed === undefined) return undefined
      const { madeBy, memory } = definition
      return { madeBy: madeBy?.(parsed) ?? name, memory: memory?.(parsed) ?? 0 }
    },
    async verify(stored, password) {
      const parsed = parse(stored)
      if (parsed === undefined) return undefined
      const again = await definition.compute(parsed, password)
      const { digest } = parsed
      const agrees = again.length === digest.length && timingSafeEqual(again, digest)
      return agrees && takes(password)
    },
    faultOf(stored, before) {
      if (stored.length > longestHash) return ` of more than ${longestHash} characters`
      const { demands, whole } = definition
      return describeFault({ stored, before, demands: demands?.(stored), whole: whole?.(stored) })
    },
  }
}

/** Characters. The longest that is known, Firebase's with the key of its project, has some three hundred. */
const longestHash = 512

import { createHash } from 'node:crypto'
import { existsSync, promises } from 'node:fs'
import { fold } from '../names.js'

/**
 * Whether a password is among the 197,000 of 8 characters or more that people choose most (checklist
 * G04), whatever its case and width. The list holds five bytes of each digest, so that of ten million
 * other passwords it takes two for one of its own. It is read when it is first asked for.
 */
export async function isCommonPassword(password: string): Promise<boolean> {
  loading ??= load()
  return (await loading).has(fold(password))
}

let loading: Promise<DigestList> | undefined

/** As `scripts/common-passwords.mjs` writes it: the size of each bucket, then the buckets. */
class DigestList {
  readonly #bytes: Buffer
  readonly #starts = new Uint32Array(buckets + 1)

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    let at = buckets
    for (let bucket = 0; bucket < buckets; bucket++) {
      this.#starts[bucket] = at
      at += width * (bytes[bucket] ?? 0)
    }
    this.#starts[buckets] = at
    if (at !== bytes.length) throw new Error('The list of common passwords is not whole')
  }

  has(text: string): boolean {
    const digest = createHash('sha256').update(text).digest()
    const bucket = digest.readUInt16BE()
    const wanted = digest.readUIntBE(2, width)
    const end = this.#starts[bucket + 1] ?? 0
    for (let at = this.#starts[bucket] ?? 0; at < end; at += width) {
      if (this.#bytes.readUIntBE(at, width) === wanted) return true
    }
    return false
  }
}

const buckets = 65_536
const width = 3

async function load(): Promise<DigestList> {
  return new DigestList(await promises.readFile(listFile()))
}

/** Where the build left it, as seen from there, from the bundle, and from the sources that tests run. */
function listFile(): URL {
  const name = 'core/passwords/common-passwords.bin'
  const places = ['../../', '../', '../../../dist/'].map(
    (place) => new URL(`${place}${name}`, import.meta.url),
  )
  const found = places.find((place) => existsSync(place))
  if (found === undefined) throw new Error('The list of common passwords is missing')
  return found
}

import { readFileSync, statSync } from 'node:fs'
import { extname } from 'node:path'
import { Fault, type Value } from './values.js'

/** A colour as its parts, each from 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number]

export const colour: Value<Colour> = {
  parse: (given) => {
    const [, red, green, blue] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(given) ?? []
    if (red === undefined || green === undefined || blue === undefined) {
      return new Fault('should be a colour in hex: `#0b57d0`')
    }
    return [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)]
  },
}

export interface Picture {
  readonly type: string
  readonly bytes: Buffer
}

/** A picture that every page shows: read once, and small. */
export const logoFile: Value<Picture> = {
  parse: (path) => {
    const type = types[extname(path).toLowerCase()]
    if (type === undefined || path.includes('\0')) return new Fault(`should be ${form}`)
    try {
      if (statSync(path).size > largest)
        return new Fault(`names too large a file: it should be ${form}`)
      return { type, bytes: readFileSync(path) }
    } catch (error) {
      const { code = 'no reason given' } = error as NodeJS.ErrnoException
      return new Fault(`names a file that can't be read (${code})`)
    }
  },
}

const largest = 100_000
const form = 'the path of a picture (`.svg`, `.png` or `.webp`) of at most 100 kB'

const types: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
}

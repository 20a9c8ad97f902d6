import { Refusal } from '../errors.js'
import { type Part, splitMultipart } from './multipart.js'

/** The fields of a token request: each at most once, and only those that hold something. */
export type Form = ReadonlyMap<string, string>

export const noFields: Form = new Map()

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads `application/x-www-form-urlencoded`. An empty value counts as absent (RFC 6749 section 3.2).
 *
 * @throws Refusal `field_repeated`, `field_malformed` for bytes that are no UTF-8
 */
export function parseUrlEncoded(body: Buffer): Form {
  const fields: [string, string][] = []
  for (const pair of body.toString('latin1').split('&')) {
    const equals = pair.indexOf('=')
    const rawName = equals === -1 ? pair : pair.slice(0, equals)
    const rawValue = equals === -1 ? '' : pair.slice(equals + 1)
    const name = decode(rawName) ?? refuseEncoding(rawName)
    fields.push([name, decode(rawValue) ?? refuseEncoding(name)])
  }
  return collect(fields)
}

/**
 * Reads `multipart/form-data` without files. An empty value counts as absent, too.
 *
 * @throws Refusal `body_malformed`, `field_repeated`, `field_malformed` for a file or bytes that are no UTF-8
 */
export function parseMultipart(body: Buffer, contentType: string): Form {
  const parts = splitMultipart(body, contentType)
  if (parts === undefined) {
    throw new Refusal('body_malformed', { message: 'The multipart body is broken' })
  }
  return collect(parts.map(fieldOf))
}

function fieldOf(part: Part): [name: string, value: string] {
  const name = textOf(part.name) ?? refuseEncoding(part.name.toString('latin1'))
  if (part.isFile) {
    throw new Refusal('field_malformed', {
      message: `${shown(name)} is a file, and none is taken here`,
      fields: [name],
    })
  }
  return [name, textOf(part.value) ?? refuseEncoding(name)]
}

function collect(fields: readonly (readonly [string, string])[]): Form {
  const form = new Map<string, string>()
  const seen = new Set<string>()
  for (const [name, value] of fields) {
    if (name === '' && value === '') continue
    if (seen.has(name)) {
      throw new Refusal('field_repeated', {
        message: `${shown(name)} is given twice`,
        fields: [name],
      })
    }
    seen.add(name)
    if (value !== '') form.set(name, value)
  }
  return form
}

/** Text of a form-encoded piece; a stray percent sign stands for itself, as in every browser. */
function decode(piece: string): string | undefined {
  if (isPlain.test(piece)) return piece
  const bytes = piece
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return textOf(Buffer.from(bytes, 'latin1'))
}

/** What stands for itself, as most of a form does. */
const isPlain = /^[\w.~-]*$/

/** Undefined for bytes that are no UTF-8. */
function textOf(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

function refuseEncoding(name: string): never {
  throw new Refusal('field_malformed', {
    message: `${shown(name)} is not text in UTF-8`,
    fields: [name],
  })
}

/** A field's name comes from outside: shown short and as JSON would write it. */
function shown(name: string): string {
  return JSON.stringify(name.slice(0, 64))
}

import { Refusal } from '../errors.js'

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
    const [, rawName = '', rawValue = ''] = /^([^=]*)=?(.*)$/s.exec(pair) ?? []
    const name = decode(rawName) ?? refuseEncoding(rawName)
    fields.push([name, decode(rawValue) ?? refuseEncoding(name)])
  }
  return collect(fields)
}

/**
 * Reads `multipart/form-data` without files, by the platform's own parser.
 *
 * @throws Refusal `body_malformed`, `field_repeated`, `field_malformed` for a file or bytes that are no UTF-8
 */
export async function parseMultipart(body: Buffer, contentType: string): Promise<Form> {
  const parts = await readParts(body, contentType)
  const fields: [string, string][] = []
  for (const [name, value] of parts) {
    // The platform replaces what is no UTF-8 instead of refusing it.
    const damaged = `${name}${value}`.includes('\uFFFD') && !isUtf8(body)
    if (typeof value !== 'string' || damaged) refuseEncoding(name)
    else fields.push([name, value])
  }
  return collect(fields)
}

type Parts = Awaited<ReturnType<Response['formData']>>

async function readParts(body: Buffer, contentType: string): Promise<Parts> {
  try {
    return await new Response(new Uint8Array(body), {
      headers: { 'content-type': contentType },
    }).formData()
  } catch (cause) {
    throw new Refusal('body_malformed', { message: 'The multipart body is broken', cause })
  }
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
  const bytes = piece
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  try {
    return utf8.decode(Buffer.from(bytes, 'latin1'))
  } catch {
    return undefined
  }
}

function isUtf8(bytes: Buffer): boolean {
  try {
    utf8.decode(bytes)
    return true
  } catch {
    return false
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

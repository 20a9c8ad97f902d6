/** A part of a `multipart/form-data` body: a field's name and the bytes of its value. */
export interface Part {
  name: Buffer
  value: Buffer
  isFile: boolean
}

/**
 * Takes a `multipart/form-data` body apart (RFC 7578, RFC 2046 section 5.1.1). By hand, because the
 * platform's parser is another in each version of Node.js, and replaces bytes that are no UTF-8
 * where we refuse them. Nothing is decoded here.
 *
 * @returns undefined for a body that is broken, or a Content-Type that names no boundary
 */
export function splitMultipart(body: Buffer, contentType: string): Part[] | undefined {
  const boundary = boundaryOf(contentType)
  if (boundary === undefined) return undefined
  // Each byte is one character, and comes back as that byte.
  const [, ...pieces] = `\r\n${body.toString('latin1')}`.split(`\r\n--${boundary}`)
  const end = pieces.findIndex((piece) => piece.startsWith('--'))
  if (end === -1) return undefined
  const parts = pieces.slice(0, end).map(readPart)
  return parts.every((part) => part !== undefined) ? parts : undefined
}

/** RFC 2046 section 5.1.1: up to 70 of these characters, quoted where a parameter needs it. */
function boundaryOf(contentType: string): string | undefined {
  const [, quoted, plain] =
    /;\s*boundary=(?:"([\w'()+,./:=? -]{1,70})"|([^\s";,]{1,70}))\s*(?:;|$)/i.exec(contentType) ??
    []
  return quoted ?? plain
}

/** What stands between two boundaries: blanks to the end of the line, header lines, an empty line, the value. */
function readPart(piece: string): Part | undefined {
  const [, head, value] = /^[ \t]*\r\n((?:[^\r\n]+\r\n)*)\r\n(.*)$/s.exec(piece) ?? []
  if (head === undefined || value === undefined) return undefined
  const [, disposition] = /^content-disposition:[ \t]*form-data[ \t]*(;.*)$/im.exec(head) ?? []
  const parameters = parametersOf(disposition ?? '')
  const name = parameters?.get('name')
  if (parameters === undefined || name === undefined) return undefined
  return {
    name: Buffer.from(name, 'latin1'),
    value: Buffer.from(value, 'latin1'),
    isFile: parameters.has('filename') || parameters.has('filename*'),
  }
}

const parameter = /;[ \t]*([\w*-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s";,]+))[ \t]*/y

/** Undefined unless the whole of it is parameters. Sticky, so that a hostile one is read once and not again from each quote. */
function parametersOf(text: string): Map<string, string> | undefined {
  const found = new Map<string, string>()
  parameter.lastIndex = 0
  for (let read = 0; read < text.length; read = parameter.lastIndex) {
    const [, name = '', quoted, plain = ''] = parameter.exec(text) ?? []
    if (name === '' || found.has(name.toLowerCase())) return undefined
    found.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain)
  }
  return found
}

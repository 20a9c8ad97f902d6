/** The headers in which a proxy says who called it: it appends to what it was sent. */
export type ForwardedHeader = 'x-forwarded-for' | 'forwarded'

/**
 * The callers that a header names, from its right end: the last was written by the proxy that is
 * nearest, all before it by those further away, and in the end by whoever made the request. What says
 * no caller is there as an empty text.
 */
export function* callersFromRight(header: ForwardedHeader, value: string): Generator<string> {
  for (const element of elementsFromRight(value)) {
    yield header === 'forwarded' ? forOf(element) : element
  }
}

/**
 * Cut at its commas, those in quotes excepted. From the right, because quotes that the left part leaves
 * open must not swallow what a proxy has appended.
 */
function* elementsFromRight(value: string): Generator<string> {
  let end = value.length
  let isQuoted = false
  for (let at = end - 1; at >= 0; at--) {
    if (value[at] === '"' && !isEscaped(value, at)) isQuoted = !isQuoted
    if (value[at] !== ',' || isQuoted) continue
    yield value.slice(at + 1, end).trim()
    end = at
  }
  yield value.slice(0, end).trim()
}

function isEscaped(value: string, at: number): boolean {
  let backslashes = 0
  while (value[at - backslashes - 1] === '\\') backslashes++
  return backslashes % 2 === 1
}

/** RFC 7239 section 4: `for=192.0.2.1;proto=https`, `For="[2001:db8::1]:4711"`. */
const pair =
  /([\w!#$%&'*+.^`|~-]+)=(?:([\w!#$%&'*+.^`|~-]+)|"((?:[^"\\]|\\.)*)")(?:[ \t]*;[ \t]*|$)/gy

/** The one `for` of an element that is well-formed as a whole. */
function forOf(element: string): string {
  const pairs = [...element.matchAll(pair)]
  const isWhole = pairs.map(([text]) => text).join('') === element
  const callers = pairs.filter(([, name = '']) => name.toLowerCase() === 'for')
  if (!isWhole || callers.length !== 1) return ''
  const [[, , token, quoted = ''] = []] = callers
  return token ?? quoted.replace(/\\(.)/g, '$1')
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { harmless, harmlessWhenParsed, jsonLine } from './json-line.js'

const obeyed = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      '\\',
      '"',
      '\u001b',
      '\u009b',
      '\u2028',
      '\u202e',
      'u',
      '\n',
      '\r',
      '\b',
      '0',
    ),
  }),
)

describe('JSON in a line', () => {
  it('K02 says the same, in characters that no terminal obeys', () => {
    fc.assert(
      fc.property(anything, anything, (name, value) => {
        const line = jsonLine({ [name]: [value] })
        expect(line).not.toMatch(obeyed)
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify({ [name]: [value] })))
      }),
    )
  })

  it('keeps the line breaks of what is laid out in several', () => {
    const text = JSON.stringify({ a: ['\u001b'] }, undefined, 2)
    expect(harmless(text)).toBe(text)
  })
})

describe('JSON for who shows its values', () => {
  it('K02 has none in them that a terminal obeys, but line breaks and tabs', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const shown = JSON.parse(harmlessWhenParsed(JSON.stringify([value])))[0] as string
        expect(shown.replace(/[\n\t]/g, '')).not.toMatch(obeyed)
      }),
    )
  })

  it.for([
    ['plain text', 'plain text'],
    ['"quoted" \\ and \\u001b as typed', '"quoted" \\ and \\u001b as typed'],
    ['\u001b[2J', '\\u001b[2J'],
    ['\u009b2J', '\\u009b2J'],
    ['a\rb', 'a\\rb'],
    ['Error\n\tat b', 'Error\n\tat b'],
    ['\u202eabc', '\\u202eabc'],
  ] as const)('shows %j as %j', ([value, shown]) => {
    expect(JSON.parse(harmlessWhenParsed(JSON.stringify(value)))).toBe(shown)
  })
})

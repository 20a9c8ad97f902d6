import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJsonObject } from './strict-json.js'

const parse = (text: string) => parseJsonObject(Buffer.from(text))

describe('parseJsonObject', () => {
  it('parses any object, however it is spaced', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.integer({ max: 4 }),
        (object, space) => {
          const text = JSON.stringify(object, null, space)
          expect(parse(text)).toEqual(JSON.parse(text))
        },
      ),
    )
  })

  it('B09 refuses an object in which any name occurs twice', () => {
    const value = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 })
    fc.assert(
      fc.property(value, fc.array(fc.boolean()), (object, nesting) => {
        const [name = ''] = Object.keys(object)
        const repeated = `${JSON.stringify(object).slice(0, -1)} , ${JSON.stringify(name)} :0}`
        const nested = nesting.reduce(
          (text, list) => (list ? `[${text}]` : `{"":${text}}`),
          repeated,
        )
        expect(parse(`{"x":${nested}}`)).toBeUndefined()
      }),
    )
  })

  it('B09 knows a name by what it says, not by how it is spelled', () => {
    expect(parse('{"exp":1,"\\u0065xp":2}')).toBeUndefined()
    expect(parse('{"a\\"":1,"a\\u0022":2}')).toBeUndefined()
    expect(parse('{"__proto__":1,"__proto__":2}')).toBeUndefined()
    expect(parse('{"a":"\\":","b":"b:","c":[":",{"a":"a"}]}')).toBeDefined()
  })

  it('gives a member named __proto__ no power', () => {
    const object = parse('{"__proto__":{"sub":"admin"}}')
    expect(object?.sub).toBeUndefined()
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype)
  })

  it('refuses nesting as deep as a token can be long, or parses it, but does not fail', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const text = `{"a":${open.repeat(1000)}1${close.repeat(1000)}}`
      expect(parse(text)).toBeDefined()
    }
    expect(() => parse(`{"a":${'['.repeat(6000)}${']'.repeat(6000)}}`)).not.toThrow()
  })
})

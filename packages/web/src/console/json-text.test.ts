import { expect, it } from 'vitest'
import { jsonText } from './json-text.js'

it('shows what turns text around or can’t be seen, and stays the same JSON', () => {
  const value = { 'a\u202e': ['\u2066b\u2069', '\u{e0041}', '\u2028', '\0', 'ä🦊 line\n', null] }
  const text = jsonText(value)
  expect(JSON.parse(text)).toEqual(value)
  expect(text).not.toMatch(/[^\P{C}\n]|\u2028/u)
  expect(text).toContain('ä🦊')
  expect(text.split('\n')).toHaveLength(10)
})

import { expect, it } from 'vitest'
import { sentences } from '../../../server/src/core/passwords/strength.js'
import germanOfConsole from '../console/texts/de.json' with { type: 'json' }
import englishOfConsole from '../console/texts/en.json' with { type: 'json' }
import german from './de.json' with { type: 'json' }
import english from './en.json' with { type: 'json' }

it.each([
  ['account pages', english.texts, german.texts],
  ['console', englishOfConsole.texts, germanOfConsole.texts],
])(
  'the languages of the %s have the same texts, and these the same places for values',
  (_, one, other) => {
    expect(Object.keys(other).sort()).toEqual(Object.keys(one).sort())
    const translated = new Map(Object.entries(other))
    for (const [name, text] of Object.entries(one)) {
      expect([name, placesOf(translated.get(name) ?? '')]).toEqual([name, placesOf(text)])
    }
  },
)

it('no text of the console has the name of one that it shares', () => {
  const shared = Object.keys(english.texts)
  expect(Object.keys(englishOfConsole.texts).filter((name) => shared.includes(name))).toEqual([])
})

it('German has all that the server says of a password', () => {
  for (const sentence of Object.values(sentences)) {
    expect(german.sentences).toHaveProperty([sentence])
  }
})

function placesOf(text: string): string[] {
  return [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort()
}

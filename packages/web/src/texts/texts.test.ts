import { expect, it } from 'vitest'
import { sentences } from '../../../server/src/core/passwords/strength.js'
import german from './de.json' with { type: 'json' }
import english from './en.json' with { type: 'json' }

it('the languages have the same texts, and these the same places for values', () => {
  expect(Object.keys(german.texts).sort()).toEqual(Object.keys(english.texts).sort())
  for (const [name, text] of Object.entries(english.texts)) {
    expect([name, placesOf(german.texts[name as keyof typeof english.texts])]).toEqual([
      name,
      placesOf(text),
    ])
  }
})

it('German has all that the server says of a password', () => {
  for (const sentence of Object.values(sentences)) {
    expect(german.sentences).toHaveProperty([sentence])
  }
})

function placesOf(text: string): string[] {
  return [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort()
}

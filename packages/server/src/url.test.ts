import { expect, it } from 'vitest'
import { readUrl } from './url.js'

it('reads letters of Latin-1 however often it was asked', () => {
  for (let times = 0; times < 20_000; times++) readUrl('http://[2001:db8::1]')
  expect(readUrl('https://bücher.example/auth')?.hostname).toBe('xn--bcher-kva.example')
})

it('answers nothing for what is none', () => {
  expect(readUrl('bücher')).toBeUndefined()
})

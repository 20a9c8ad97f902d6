import { describe, expect, it } from 'vitest'
import { isLoopback } from './loopback.js'

describe('isLoopback', () => {
  it.each(['127.0.0.1', '127.255.0.9', '::1', '[::1]', '0:0:0:0:0:0:0:1', 'localhost'])(
    'takes %s',
    (host) => {
      expect(isLoopback(host)).toBe(true)
    },
  )

  it.each([
    '',
    '0.0.0.0',
    '::',
    '128.0.0.1',
    '10.0.0.1',
    '127.0.0.1.example.com',
    'localhost.example.com',
    '127.0.0.1 ',
    '127.1',
    '2130706433',
    '0177.0.0.1',
    'example.com',
  ])('L01 does not take %j', (host) => {
    expect(isLoopback(host)).toBe(false)
  })
})

import { describe, expect, it } from 'vitest'
import { networkOf } from './network.js'

describe('H04 the network of an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:CB00:7107', '203.0.113.7'],
    ['2001:db8:0:1:ffff::1', '2001:db8:0:1::/64'],
    ['2001:0DB8:0000:0001:0:0:0:2', '2001:db8:0:1::/64'],
    ['2001:db8::2', '2001:db8:0:0::/64'],
    ['::2', '0:0:0:0::/64'],
    ['1::', '1:0:0:0::/64'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('of %s is %s, however it is spelled', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })

  it.each(['127.0.0.1', '127.9.9.9', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', undefined])(
    'of %s is none, because that is this machine',
    (address) => {
      expect(networkOf(address)).toBeUndefined()
    },
  )

  it.each(['', 'nonsense', '1:2', ':::', '2001:db8::1]/[::1', '12.0.0.1.5', 'g::1'])(
    'of %s is one with all else that nobody can read',
    (address) => {
      expect(networkOf(address)).toBe('unreadable')
    },
  )
})

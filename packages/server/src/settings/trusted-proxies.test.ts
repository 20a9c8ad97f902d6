import { describe, expect, it } from 'vitest'
import { trustedProxies } from './trusted-proxies.js'
import { Fault } from './values.js'

describe('trusted proxies', () => {
  it.for([
    ['0', 0],
    ['1', 1],
    ['10', 10],
    ['10.0.0.1', ['10.0.0.1']],
    ['10.0.0.0/8, 192.0.2.7,fd00::/8', ['10.0.0.0/8', '192.0.2.7', 'fd00::/8']],
    ['::1', ['::1']],
  ] as const)('are read: %s', ([text, value]) => {
    expect(trustedProxies.parse(text)).toEqual(value)
  })

  it.for([
    '',
    ',',
    '11',
    '-1',
    '1.5',
    'all',
    'loopback',
    'proxy.example.com',
    '10.0.0.0/0',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0/8',
    '010.0.0.0/8',
    '::ffff:10.0.0.0/104',
    '10.0.0.1 10.0.0.2',
    '10.0.0.1, 1',
    'fe80::1%eth0',
    '[::1]',
  ])('H05 are refused where they say nothing, or everybody: %j', (text) => {
    expect(trustedProxies.parse(text)).toBeInstanceOf(Fault)
  })
})

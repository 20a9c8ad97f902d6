import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientAddressFinder, type TrustedProxies } from './client-address.js'

const peer = '10.0.0.1'

function find(
  proxies: TrustedProxies['proxies'],
  value: string | undefined,
  header: TrustedProxies['header'] = 'x-forwarded-for',
  from: string | undefined = peer,
): string {
  return clientAddressFinder({ proxies, header })(from, { [header]: value })
}

describe('the address of a connection', () => {
  it.for([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:C000:0201', '192.0.2.1'],
    ['2001:DB8:0:0:0::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::1', '::1'],
    ['', 'unknown'],
    [undefined, 'unknown'],
  ] as const)('H05 has one spelling: %s is %s', ([given, address]) => {
    expect(clientAddressFinder({ proxies: 0, header: 'forwarded' })(given, {})).toBe(address)
  })
})

describe('H05 a number of proxies', () => {
  it.for([
    [0, '192.0.2.1', peer],
    [1, undefined, peer],
    [1, '192.0.2.1', '192.0.2.1'],
    [1, '203.0.113.66, 192.0.2.1', '192.0.2.1'],
    [2, '203.0.113.66, 192.0.2.1, 10.0.0.2', '192.0.2.1'],
    [2, '192.0.2.1', '192.0.2.1'],
    [3, '192.0.2.1, 10.0.0.3, 10.0.0.2', '192.0.2.1'],
    [1, '192.0.2.1:4711', '192.0.2.1'],
    [1, '2001:db8::1', '2001:db8::1'],
    [1, '[2001:DB8::1]:4711', '2001:db8::1'],
    [1, '::ffff:192.0.2.1', '192.0.2.1'],
  ] as const)('%i: of %j the caller is %s', ([count, value, address]) => {
    expect(find(count, value)).toBe(address)
  })

  it.for([
    [1, 'unknown', peer],
    [1, '_secret', peer],
    [1, '', peer],
    [1, '192.0.2.1,', peer],
    [1, '192.0.2.1, nonsense', peer],
    [2, 'nonsense, 10.0.0.2', '10.0.0.2'],
    [2, '203.0.113.66, unknown, 10.0.0.2', '10.0.0.2'],
    [3, '203.0.113.66, unknown, 10.0.0.2', '10.0.0.2'],
  ] as const)('%i: where %j names nobody, the proxy counts: %s', ([count, value, address]) => {
    expect(find(count, value)).toBe(address)
  })
})

describe('H05 the addresses of proxies', () => {
  const ranges = ['10.0.0.0/8', '192.0.2.7', 'fd00::/8', '::1']

  it.for([
    ['10.0.0.1', '203.0.113.66, 198.51.100.1', '198.51.100.1'],
    ['10.0.0.1', '203.0.113.66, 198.51.100.1, 192.0.2.7, 10.9.9.9', '198.51.100.1'],
    ['fd12::1', '2001:db8::5', '2001:db8::5'],
    ['::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['10.0.0.1', '198.51.100.1, ::ffff:10.0.0.2', '198.51.100.1'],
    ['10.0.0.1', '10.0.0.5', '10.0.0.5'],
    ['198.51.100.9', '203.0.113.66', '198.51.100.9'],
    ['192.0.2.8', '203.0.113.66', '192.0.2.8'],
    ['2001:db8::1', '203.0.113.66', '2001:db8::1'],
    ['10.0.0.1', '203.0.113.66, unknown, 10.0.0.2', '10.0.0.2'],
    [undefined, '203.0.113.66', 'unknown'],
  ] as const)('%s sends %j: the caller is %s', ([from, value, address]) => {
    const found = clientAddressFinder({ proxies: ranges, header: 'x-forwarded-for' })
    expect(found(from, { 'x-forwarded-for': value })).toBe(address)
  })
})

describe('H05 Forwarded', () => {
  it.for([
    ['for=192.0.2.1', '192.0.2.1'],
    ['For=192.0.2.1;Proto=https;by=10.0.0.1', '192.0.2.1'],
    ['proto=https; for=192.0.2.1', '192.0.2.1'],
    ['for=192.0.2.1;', '192.0.2.1'],
    ['for="192.0.2.1:4711"', '192.0.2.1'],
    ['for="[2001:db8::1]:4711"', '2001:db8::1'],
    ['for="[2001:db8::1]:_port"', '2001:db8::1'],
    ['for="[2001:\\db8::1]"', '2001:db8::1'],
    ['for=203.0.113.66, for=192.0.2.1', '192.0.2.1'],
    ['for=", for=192.0.2.1', '192.0.2.1'],
    ['for="\\, for=192.0.2.1;host="a"', '192.0.2.1'],
    ['for=192.0.2.1;host="a, for=203.0.113.66;x="', '192.0.2.1'],
    ['for=192.0.2.1;host="a\\", for=203.0.113.66;x=\\""', '192.0.2.1'],
  ] as const)('%j names %s', ([value, address]) => {
    expect(find(1, value, 'forwarded')).toBe(address)
  })

  it.for([
    'for=unknown',
    'for=_SEVKISEK',
    'for=_SEVKISEK:80',
    'by=192.0.2.1',
    'for=192.0.2.1;for=192.0.2.2',
    'for="192.0.2.1',
    'for=192.0.2.1"',
    'for 192.0.2.1',
    'for=192.0.2.1 proto=https',
    'for=192.0.2.1;host=a:80',
    'xfor=192.0.2.1',
    '192.0.2.1',
    '',
  ])('%j names nobody', (value) => {
    expect(find(1, value, 'forwarded')).toBe(peer)
  })
})

const headers = ['x-forwarded-for', 'forwarded'] as const
const anything = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.stringMatching(/^(for=|"|\\|,|;| |[0-9.:]|unknown|host=){0,20}$/),
)

it('H05 what a client writes itself never counts, whatever it is', () => {
  const appended = fc.constantFrom(
    ['x-forwarded-for', '192.0.2.1', '192.0.2.1'] as const,
    ['x-forwarded-for', '2001:db8::1', '2001:db8::1'] as const,
    ['forwarded', 'for=192.0.2.1;proto=https', '192.0.2.1'] as const,
    ['forwarded', 'for="[2001:db8::1]:4711";host="a.example"', '2001:db8::1'] as const,
    ['forwarded', 'proto=https;for="192.0.2.1"', '192.0.2.1'] as const,
  )
  fc.assert(
    fc.property(anything, appended, (forged, [header, own, address]) => {
      for (const proxies of [1, ['10.0.0.0/8']]) {
        expect(find(proxies, `${forged}, ${own}`, header)).toBe(address)
      }
      expect(find(0, `${forged}, ${own}`, header)).toBe(peer)
      expect(find(['172.16.0.0/12'], `${forged}, ${own}`, header)).toBe(peer)
    }),
  )
})

it('H05 the other header is not looked at', () => {
  for (const [at, header] of headers.entries()) {
    const other = headers[1 - at] ?? header
    const finder = clientAddressFinder({ proxies: 1, header })
    expect(finder(peer, { [other]: 'for=192.0.2.1' })).toBe(peer)
    expect(finder(peer, { [other]: '192.0.2.1' })).toBe(peer)
  }
})

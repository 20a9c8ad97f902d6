/** Sixty ways to say in a request that it comes from 203.0.113.66. */
const forged = '203.0.113.66'

const inForwardedFor = [
  forged,
  ` ${forged} `,
  `\t${forged}`,
  `${forged},`,
  `,${forged}`,
  `${forged}, ${forged}`,
  `127.0.0.1, ${forged}`,
  `${forged}, 127.0.0.1`,
  `${forged}, 10.0.0.1, 192.168.0.1`,
  `${forged}:80`,
  `"${forged}"`,
  `"${forged}`,
  `${forged}", "`,
  `[${forged}]`,
  `::ffff:${forged}`,
  `::FFFF:cb00:7142`,
  `[::ffff:${forged}]:443`,
  `for=${forged}`,
  `${forged};proto=https`,
  `${forged}#`,
  `${forged}%00`,
  `203.0.113.066`,
  `3405803842`,
  `0xcb.0.0x71.0x42`,
  `unknown, ${forged}`,
  `${forged}, unknown`,
  `_hidden, ${forged}`,
  `localhost`,
  `${forged} ${forged}`,
  `${','.repeat(200)}${forged}`,
]

const inForwarded = [
  `for=${forged}`,
  `For=${forged}`,
  `FOR="${forged}"`,
  `for=${forged};by=127.0.0.1;proto=https`,
  `proto=https;for=${forged}`,
  `for=${forged}, for=127.0.0.1`,
  `for=127.0.0.1, for=${forged}`,
  `for="${forged}:443"`,
  `for="[::ffff:${forged}]:443"`,
  `for="\\2\\0\\3.0.113.66"`,
  `for=${forged};for=127.0.0.1`,
  `for="${forged}`,
  `for=${forged};host="`,
  `for=${forged};host="\\`,
  `for="", for=${forged}`,
]

const named = [
  'X-Real-IP',
  'X-Client-IP',
  'X-Cluster-Client-IP',
  'X-Originating-IP',
  'X-Remote-IP',
  'X-Remote-Addr',
  'Remote-Addr',
  'Client-IP',
  'True-Client-IP',
  'CF-Connecting-IP',
  'CF-Connecting-IPv6',
  'Fastly-Client-IP',
  'Fly-Client-IP',
  'X-Azure-ClientIP',
  'X-Forwarded',
  'Forwarded-For',
  'X_Forwarded_For',
  'X-Forwarded-By',
  'X-Forwarded-Host',
  'X-ProxyUser-Ip',
  'WL-Proxy-Client-IP',
  'Via',
]

export const forgedAddress = forged

/** Each as one header that a client sends by itself. */
export const spoofedHeaders: readonly (readonly [name: string, value: string])[] = [
  ...inForwardedFor.map((value) => ['X-Forwarded-For', value] as const),
  ...inForwarded.map((value) => ['Forwarded', value] as const),
  ...named.map((name) => [name, forged] as const),
]

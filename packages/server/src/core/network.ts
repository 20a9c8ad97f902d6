import { readUrl } from '../url.js'

/**
 * The network that an address is counted by (checklist H04): of IPv4 the address itself, of IPv6 its /64, which one
 * subscriber has whole. Undefined for this machine: that is no network, but a proxy which nobody has told
 * us of, and one caller would stand for all.
 *
 * @param address as a socket has it
 */
export function networkOf(address: string | undefined): string | undefined {
  if (address === undefined) return undefined
  const [bare = ''] = address.split('%')
  if (isIpv4(bare)) return bare.startsWith('127.') ? undefined : bare
  const groups = groupsOf(bare)
  // What nobody can read shares a network.
  if (groups === undefined) return 'unreadable'
  const mapped = ipv4Within(groups)
  if (mapped !== undefined) return networkOf(mapped)
  if (groups.join(':') === '0:0:0:0:0:0:0:1') return undefined
  return `${groups.slice(0, 4).join(':')}::/64`
}

/** The eight groups of an IPv6 address, each in its shortest form. */
function groupsOf(text: string): string[] | undefined {
  // The platform's parser (WHATWG URL, "host serializing") answers one spelling of the many.
  const url = /^[\da-f:.]+$/i.test(text) ? readUrl(`http://[${text}]`) : undefined
  if (url === undefined) return undefined
  const [head = '', tail] = url.hostname.slice(1, -1).split('::')
  const [before, after] = [head, tail ?? ''].map((half) => half.split(':').filter(Boolean))
  if (before === undefined || after === undefined) return undefined
  return [...before, ...Array(8 - before.length - after.length).fill('0'), ...after]
}

/** `::ffff:a.b.c.d`, as a socket that serves both has addresses of IPv4 (RFC 4291 section 2.5.5.2). */
function ipv4Within(groups: readonly string[]): string | undefined {
  if (groups.slice(0, 6).join(':') !== '0:0:0:0:0:ffff') return undefined
  const numbers = groups.slice(6).map((group) => Number.parseInt(group, 16))
  return numbers.flatMap((number) => [number >> 8, number & 255]).join('.')
}

function isIpv4(text: string): boolean {
  return /^(?:\d{1,3}\.){3}\d{1,3}$/.test(text)
}

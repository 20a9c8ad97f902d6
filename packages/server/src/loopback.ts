import { type AddressInfo, BlockList, isIP } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether a host, as it stands in a URL or a listen address, can only be this machine. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  if (bare === 'localhost') return true
  const version = isIP(bare)
  return version !== 0 && loopback.check(bare, version === 6 ? 'ipv6' : 'ipv4')
}

/** What a server listens at: an address and a port, and not the path of a socket. */
export function isTcp(address: AddressInfo | string): address is AddressInfo {
  return typeof address !== 'string'
}

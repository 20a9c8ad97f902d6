import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, isIP, isIPv4, type Socket, SocketAddress } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { callersFromRight, type ForwardedHeader } from './forwarded.js'

/** The proxies in front of this server, and how they say who called them. */
export interface TrustedProxies {
  /** How many every request passes, or the addresses and ranges that are theirs. */
  readonly proxies: number | readonly string[]
  /** The one header that is looked at: of the other, proxies pass on what a client wrote. */
  readonly header: ForwardedHeader
}

/** What is said where an address can't be known (RFC 7239 section 6.2). */
export const unknownAddress = 'unknown'

type FindAddress = (peer: string | undefined, headers: IncomingHttpHeaders) => string

/** Of each context, because an app may embed what trusts others than it does. */
const finders = new WeakMap<FastifyInstance, FindAddress>()

/** For `clientAddress`, in this context and in those within it. */
export function findClientAddresses(app: FastifyInstance, trusted: TrustedProxies): void {
  const find = clientAddressFinder(trusted)
  finders.set(app, find)
  app.addHook('onRegister', (child) => void finders.set(child, find))
}

const peers = new WeakMap<Socket, string | undefined>()

/** For the very start of a request: once its connection is gone, nothing says where it came from. */
export function keepPeer({ raw: { socket } }: FastifyRequest): void {
  if (!peers.has(socket)) peers.set(socket, socket.remoteAddress)
}

/**
 * Where a request comes from: the one answer for limits, the audit log, the list of sessions and the log
 * (checklist H05). An app that embeds Latchkey may trust proxies too; that is no concern of ours.
 * Found when it is asked for, which most requests never do.
 */
export function clientAddress({ server, raw }: FastifyRequest): string {
  return finders.get(server)?.(peers.get(raw.socket), raw.headers) ?? unknownAddress
}

/**
 * From hop to hop, as long as the one that says who called it is to be trusted. Who is not named, or in a
 * way that can't be read, is known by the address of the proxy that they came through.
 */
export function clientAddressFinder({ proxies, header }: TrustedProxies): FindAddress {
  const isTrusted = typeof proxies === 'number' ? nearest(proxies) : within(proxies)
  return (peer, headers) => {
    let address = canonicalAddress(peer ?? '') ?? unknownAddress
    const value = headers[header]
    if (typeof value !== 'string') return address
    let hop = 0
    for (const caller of callersFromRight(header, value)) {
      if (!isTrusted(address, hop++)) break
      const next = canonicalAddress(withoutPort(caller))
      if (next === undefined) break
      address = next
    }
    return address
  }
}

type IsTrusted = (address: string, hop: number) => boolean

function nearest(count: number): IsTrusted {
  return (_address, hop) => hop < count
}

function within(ranges: readonly string[]): IsTrusted {
  const list = new BlockList()
  for (const range of ranges) {
    const [network = '', bits] = range.split('/')
    const family = isIPv4(network) ? 'ipv4' : 'ipv6'
    list.addSubnet(network, Number(bits ?? (family === 'ipv4' ? 32 : 128)), family)
  }
  return (address) =>
    address !== unknownAddress && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

/** The one spelling of an address (RFC 5952), without its zone; IPv4 in IPv6 is IPv4. */
function canonicalAddress(text: string): string | undefined {
  const family = isIP(text)
  if (family !== 6) return family === 4 ? text : undefined
  const { address } = new SocketAddress({ address: text, family: 'ipv6' })
  const mapped = address.slice('::ffff:'.length)
  return address.startsWith('::ffff:') && isIPv4(mapped) ? mapped : address
}

/** As proxies write it: `192.0.2.1:4711`, `[2001:db8::1]`, `[2001:db8::1]:4711`. */
function withoutPort(node: string): string {
  const [, ipv6, ipv4] = /^(?:\[([^\]]*)\]|([\d.]+))(?::(?:\d{1,5}|_[\w.-]+))?$/.exec(node) ?? []
  return ipv6 ?? ipv4 ?? node
}

import { isIPv6 } from 'node:net'
import { emailKey } from '../core/names.js'
import { isLoopback } from '../loopback.js'
import { readUrl } from '../url.js'
import { Fault, type Value } from './values.js'

/** Where mails are handed over. */
export interface SmtpServer {
  host: string
  port: number
  /** `tls` from the first byte, `starttls` or no mail, or `none`. */
  encryption: 'tls' | 'starttls' | 'none'
  auth: { user: string; password: string } | undefined
}

/** Who mails are from. */
export interface Sender {
  name: string | undefined
  address: string
}

/**
 * `smtps://` is TLS from the start, `smtp://` asks for STARTTLS and sends nothing without it. On
 * loopback, where nobody listens in, and by `?starttls=off`, it is left out.
 */
export const smtpUrl: Value<SmtpServer> = {
  parse: (given) => {
    const url = readUrl(given)
    const form = new Fault(
      'should be smtps://USER:PASSWORD@HOST:465 or smtp://USER:PASSWORD@HOST:587, where user and password may be left out',
    )
    if (url === undefined || !/^smtps?:$/.test(url.protocol)) return form
    const host = hostOf(url)
    const auth = authOf(url)
    if (host === undefined || auth === null || !/^\/?$/.test(url.pathname) || url.hash !== '') {
      return form
    }
    const encryption = encryptionOf(url, host)
    if (encryption === undefined) {
      return new Fault('has more after ? than smtp:// may have: starttls=on or starttls=off')
    }
    if (auth !== undefined && encryption === 'none' && !isLoopback(host)) {
      return new Fault('has a password, and starttls=off, which would send it unencrypted')
    }
    const port = url.port === '' ? (encryption === 'tls' ? 465 : 587) : Number(url.port)
    return { host, port, encryption, auth }
  },
}

/** `no-reply@example.com`, or `Example <no-reply@example.com>`. */
export const mailFrom: Value<Sender> = {
  parse: (given) => {
    const [, name = '', bracketed] = /^([^<>]*)<([^<>]*)>$/.exec(given.trim()) ?? []
    const address = bracketed ?? given.trim()
    const plain = name.trim().replace(/^"(.*)"$/, '$1')
    // An address that our own users could not have is no sender either; it can hold no line's end.
    if (emailKey(address) === undefined || /[\p{C}"\\]/u.test(plain)) {
      return new Fault('should be an address such as no-reply@example.com, or Name <address>')
    }
    return { name: plain === '' ? undefined : plain, address }
  },
}

/** As sockets take it. The URL's own rules know nothing of smtp, and let through what no host is. */
function hostOf({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1')
  return isIPv6(bare) || /^[\w-]+(\.[\w-]+)*$/.test(hostname) ? bare : undefined
}

/** Null where it is not whole. */
function authOf({ username, password }: URL): SmtpServer['auth'] | null {
  if (username === '' && password === '') return undefined
  if (username === '' || password === '') return null
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) }
  } catch {
    return null
  }
}

function encryptionOf(
  { protocol, searchParams }: URL,
  host: string,
): SmtpServer['encryption'] | undefined {
  const [[key, wanted] = [], ...more] = [...searchParams]
  if (key === undefined) {
    if (protocol === 'smtps:') return 'tls'
    return isLoopback(host) ? 'none' : 'starttls'
  }
  const isKnown = protocol === 'smtp:' && key === 'starttls' && more.length === 0
  if (!isKnown || (wanted !== 'on' && wanted !== 'off')) return undefined
  return wanted === 'on' ? 'starttls' : 'none'
}

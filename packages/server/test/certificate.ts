/** A certificate of the tests' own, because Node reads X.509 and does not write it (RFC 5280). */

import { generateKeyPairSync, sign } from 'node:crypto'

export interface Certificate {
  /** PEM, signed by its own key. */
  certificate: string
  key: string
}

/**
 * @param address the only name that it is for: an IPv4 address
 * @param holder its common name, by which a client is known
 */
export function selfSigned(address: string, holder = 'Latchkey test'): Certificate {
  const name = sequence(tagged(0x31, sequence(commonName, text(holder))))
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const content = sequence(
    tagged(0xa0, integer(2)),
    integer(1),
    ecdsaWithSha256,
    name,
    validity(),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(subjectAltName(address), isAuthority)),
  )
  const signature = sign('sha256', content, privateKey)
  const der = sequence(content, ecdsaWithSha256, tagged(0x03, Buffer.from([0]), signature))
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** DER: a tag, the length, and what is inside. */
function tagged(tag: number, ...parts: Buffer[]): Buffer {
  const inside = Buffer.concat(parts)
  const { length } = inside
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), inside])
}

const sequence = (...parts: Buffer[]) => tagged(0x30, ...parts)
const integer = (value: number) => tagged(0x02, Buffer.from([value]))
const objectId = (hex: string) => tagged(0x06, Buffer.from(hex, 'hex'))
const text = (value: string) => tagged(0x0c, Buffer.from(value))

const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'))
const commonName = objectId('550403')

/** From yesterday to tomorrow. */
function validity(): Buffer {
  const day = 24 * 60 * 60 * 1000
  return sequence(...[-day, day].map((distance) => time(Date.now() + distance)))
}

function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/\D/g, '').slice(2, 14)
  return tagged(0x17, Buffer.from(`${digits}Z`))
}

function subjectAltName(address: string): Buffer {
  const ip = tagged(0x87, Buffer.from(address.split('.').map(Number)))
  return sequence(objectId('551d11'), tagged(0x04, sequence(ip)))
}

const isAuthority = sequence(
  objectId('551d13'),
  tagged(0x04, sequence(tagged(0x01, Buffer.from([0xff])))),
)

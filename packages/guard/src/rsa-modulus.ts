import { toInteger } from './curve-points.js'

/** Why an RSA public key is not to be used (RFC 7518 section 3.3; checklist C03), if there is a reason. */
export function rsaFault(modulus: Uint8Array, exponent: Uint8Array): string | undefined {
  const n = toInteger(modulus)
  const e = toInteger(exponent)
  if (bitLength(n) < 2048) return 'has a modulus of less than 2048 bits'
  if (bitLength(n) > 16384) return 'has a modulus of more than 16384 bits'
  if (n % 2n === 0n) return 'has an even modulus'
  if (e <= 1n || e % 2n === 0n) return 'has an exponent that is not odd and greater than 1'
  if (bitLength(e) > 64) return 'has an exponent of more than 64 bits'
  if (hasRocaMark(n)) return 'has a modulus that can be factored (ROCA, CVE-2017-15361)'
  return undefined
}

/** The bytes of the modulus, and so of each signature (RFC 8017 section 8). */
export function rsaSignatureLength(modulus: Uint8Array): number {
  return Math.ceil(bitLength(toInteger(modulus)) / 8)
}

function bitLength(value: bigint): number {
  return value.toString(2).length
}

/** Moduli of that library are powers of 65537 modulo each of these primes; others hardly ever. */
const rocaPrimes = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157]

function hasRocaMark(n: bigint): boolean {
  return rocaPrimes.every((prime) => powersOf65537(prime).has(Number(n % BigInt(prime))))
}

function powersOf65537(prime: number): ReadonlySet<number> {
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = (power * 65537) % prime) powers.add(power)
  return powers
}

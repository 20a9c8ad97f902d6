/**
 * Whether the coordinates, 32 bytes each, are a point of P-256. Platforms that import a key late
 * would say so late.
 */
export function isOnP256(x: Uint8Array, y: Uint8Array): boolean {
  const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
  const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn
  const [px, py] = [toInteger(x), toInteger(y)]
  return px < p && py < p && modulo(py * py - (px * px * px - 3n * px + b), p) === 0n
}

/**
 * Whether 32 bytes are the canonical encoding of a point of edwards25519 (RFC 8032 section 5.1.3)
 * that is none of the eight of small order: for those, signatures of any message can be made up.
 */
export function isUsableEd25519Key(encoded: Uint8Array): boolean {
  const p = 2n ** 255n - 19n
  const d = 37095705934669439343138083508754565189542113879843219016388785533085940283555n
  const y = toInteger(encoded.toReversed()) & (2n ** 255n - 1n)
  if (y >= p) return false
  const square = (y * y) % p
  // x² = (y² - 1) / (d y² + 1) has a root exactly if the product of both sides has (Euler).
  const fraction = modulo((square - 1n) * (d * square + 1n), p)
  if (power(fraction, (p - 1n) / 2n, p) !== 1n) return false
  // Orders 1 and 2 have y = ±1 and fell above; order 4 has y = 0; doubling order 8 gives that.
  return y !== 0n && modulo(d * square * square + 2n * square - 1n, p) !== 0n
}

export function toInteger(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}

function modulo(value: bigint, p: bigint): bigint {
  return ((value % p) + p) % p
}

function power(base: bigint, exponent: bigint, p: bigint): bigint {
  let result = 1n
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % p
    square = (square * square) % p
  }
  return result
}

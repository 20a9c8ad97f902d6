import { fromBase64 } from './base64.js'
import { bounds } from './bounds.js'
import { type HashFormat, hashFormat } from './format.js'
import { checkedPbkdf2, computePbkdf2, type Pbkdf2Hash } from './pbkdf2.js'

/** ASP.NET Identity's version 2: a nought, 16 bytes of salt, 32 of PBKDF2 with SHA-1 and 1,000 rounds. */
export const aspNetV2: HashFormat = hashFormat({
  name: 'asp-net-v2',
  looks: /^A[A-P][A-Za-z0-9+/]{64}==$/,
  parse(stored) {
    const bytes = fromBase64(stored)
    const parsed = { salt: bytes?.subarray(1, 17), digest: bytes?.subarray(17) }
    return checkedPbkdf2({ hash: 'sha1', rounds: 1000, ...parsed }, [32])
  },
  compute: computePbkdf2,
})

/**
 * ASP.NET Identity's version 3: a one, then as big-endian numbers of 32 bits the hash function, the rounds
 * and the length of the salt; then the salt, and PBKDF2's result to the end.
 */
export const aspNetV3: HashFormat = hashFormat({
  name: 'asp-net-v3',
  looks: /^AQAAAA[AEI][A-Za-z0-9+/]+={0,2}$/,
  parse(stored) {
    const bytes = fromBase64(stored)
    if (bytes === undefined || bytes.length < header) return undefined
    const digestAt = header + bytes.readUInt32BE(9)
    if (digestAt < header + shortestSalt) return undefined
    const hash = hashes[bytes.readUInt32BE(1)]
    const parsed = { salt: bytes.subarray(header, digestAt), digest: bytes.subarray(digestAt) }
    return checkedPbkdf2({ hash, rounds: bytes.readUInt32BE(5), ...parsed }, [16, 32, 64])
  },
  compute: computePbkdf2,
  demands(stored) {
    const bytes = Buffer.from(stored, 'base64')
    const asked = bytes.length < header ? 0 : bytes.readUInt32BE(5)
    return [{ of: 'rounds', asked, most: bounds.pbkdf2.rounds }]
  },
  whole: () => ({ characters: 60, exactly: false }),
})

/** By the numbers that .NET gives them. */
const hashes: readonly Pbkdf2Hash[] = ['sha1', 'sha256', 'sha512']
const header = 13
/** Bytes; Identity itself takes none that is shorter. */
const shortestSalt = 16

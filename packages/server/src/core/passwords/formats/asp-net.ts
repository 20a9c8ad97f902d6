import { fromBase64 } from './base64.js'
import { type HashFormat, hashFormat } from './format.js'
import { checkedPbkdf2, computePbkdf2, type Pbkdf2Hash } from './pbkdf2.js'

/** ASP.NET Identity's version 2: a nought, 16 bytes of salt, 32 of PBKDF2 with SHA-1 and 1,000 rounds. */
export const aspNetV2: HashFormat = hashFormat({
  name: 'asp-net-v2',
  looks: /^A[A-P][A-Za-z0-9+/]{64}==$/,
  parse(stored) {
    const bytes = fromBase64(stored)
    return checkedPbkdf2('sha1', 1000, bytes?.subarray(1, 17), bytes?.subarray(17))
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
    if (bytes === undefined || bytes.length < header + 2 * shortest) return undefined
    const hash = hashes[bytes.readUInt32BE(1)]
    const digestAt = header + bytes.readUInt32BE(9)
    if (hash === undefined || digestAt < header + shortest) return undefined
    const salt = bytes.subarray(header, digestAt)
    return checkedPbkdf2(hash, bytes.readUInt32BE(5), salt, bytes.subarray(digestAt))
  },
  compute: computePbkdf2,
})

/** By the numbers that .NET gives them. */
const hashes: readonly Pbkdf2Hash[] = ['sha1', 'sha256', 'sha512']
const header = 13
/** Bytes; Identity itself takes no shorter salt and no shorter result. */
const shortest = 16

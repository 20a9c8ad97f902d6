import { createCipheriv } from 'node:crypto'
import { fromBase64 } from './base64.js'
import { endingIn, numbersIn } from './fault.js'
import { type HashFormat, hashFormat } from './format.js'
import { affordableScrypt, scryptDemands, scryptKey } from './scrypt.js'

/**
 * Firebase's scrypt, whose result is a key that the project's own key is encrypted with. In Supabase's form,
 * which holds all that it needs: `$fbscrypt$v=1,n=14,r=8,p=1,ss=SEPARATOR,sk=SIGNER KEY$salt$digest`, where n is
 * what Firebase calls `mem_cost` and r its `rounds`.
 */
export const firebaseScrypt: HashFormat = hashFormat({
  name: 'firebase-scrypt',
  looks: /^\$fbscrypt\$/,
  parse(stored) {
    const [, n, r, separator = '', signer = '', salt = '', digest = ''] = form.exec(stored) ?? []
    const costs = { n: 2 ** Number(n), r: Number(r), p: 1 }
    const bytes = [separator, signer, salt, digest].map(fromBase64)
    const [separatorBytes, signerKey, saltBytes, digestBytes] = bytes
    if (!separatorBytes || !signerKey || !saltBytes || !digestBytes) return undefined
    if (digestBytes.length !== signerKey.length || !affordableScrypt(costs)) return undefined
    return {
      ...costs,
      salt: Buffer.concat([saltBytes, separatorBytes]),
      signerKey,
      digest: digestBytes,
    }
  },
  demands(stored) {
    const cost = numbersIn(stored, /,n=(\d+),r=(\d+)/)
    return scryptDemands({ n: 2 ** cost(1), r: cost(2), p: 1 })
  },
  whole: (stored) => endingIn(stored, 4, [43, 86, 88]),
  memory: ({ n, r }) => (n * r) / 8,
  compute(parsed, password) {
    const key = scryptKey(password, parsed.salt, 64, parsed).subarray(0, 32)
    // Each key is used for this one text, so that a counter from nought repeats nothing.
    return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(parsed.signerKey)
  },
})

const form =
  /^\$fbscrypt\$v=1,n=([1-9]\d?),r=([1-9]\d{0,5}),p=1(?:,ss=([\w+/=-]{1,24}))?,sk=([\w+/=-]{43,88})\$([\w+/=-]{4,88})\$([\w+/=-]{43,88})$/

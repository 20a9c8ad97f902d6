import { hash } from 'node:crypto'
import { endingIn } from './fault.js'
import { type HashFormat, hashFormat } from './format.js'

/** Django's first ones, `sha1$salt$digest` and `md5$salt$digest`; the salt is text, and may be empty. */
export const djangoSha1: HashFormat = django('sha1', 40)
export const djangoMd5: HashFormat = django('md5', 32)

/** Digests without a salt, as passlib's `hex_*` and Django's unsalted MD5 have them. */
export const hexMd5: HashFormat = unsalted('md5', 32)
export const hexSha1: HashFormat = unsalted('sha1', 40)
export const hexSha256: HashFormat = unsalted('sha256', 64)
export const hexSha512: HashFormat = unsalted('sha512', 128)

function django(by: string, length: number): HashFormat {
  const form = new RegExp(`^${by}\\$([^$]{0,128})\\$([0-9a-f]{${length}})$`)
  return hashFormat({
    name: `django-${by}`,
    looks: new RegExp(`^${by}\\$`),
    parse(stored) {
      const [, salt, digest] = form.exec(stored) ?? []
      if (salt === undefined || digest === undefined) return undefined
      return { salt: Buffer.from(salt), digest: Buffer.from(digest, 'hex') }
    },
    compute: ({ salt }, password) => hash(by, Buffer.concat([salt, password]), 'buffer'),
    whole: (stored) => endingIn(stored, 2, [length]),
  })
}

function unsalted(by: string, length: number): HashFormat {
  return hashFormat({
    name: `hex-${by}`,
    looks: new RegExp(`^(?:[0-9a-f]{${length}}|[0-9A-F]{${length}})$`),
    parse: (stored) => ({ digest: Buffer.from(stored, 'hex') }),
    compute: (_, password) => hash(by, password, 'buffer'),
  })
}

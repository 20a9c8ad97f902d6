import { createHmac, hash } from 'node:crypto'
import { bcryptOf } from './bcrypt.js'
import type { HashFormat } from './format.js'
import { wrapped } from './wrapped.js'

/** Django's, of the SHA-256 in hex. */
export const djangoBcryptSha256: HashFormat = wrapped({
  name: 'django-bcrypt-sha256',
  looks: /^bcrypt_sha256\$\$2[aby]\$/,
  unwrap: (stored) => stored.slice('bcrypt_sha256$'.length),
  inner: [bcryptOf('hex', (password) => hash('sha256', password))],
})

/** passlib's since 1.7.3, of an HMAC whose key is the salt as bcrypt writes it, in base64. */
export const bcryptSha256: HashFormat = wrapped({
  name: 'bcrypt-sha256',
  looks: /^\$bcrypt-sha256\$v=/,
  unwrap: (stored) =>
    stored.replace(
      /^\$bcrypt-sha256\$v=2,t=2b,r=([1-9]\d?)\$([./A-Za-z0-9]{22})\$/,
      (_, cost: string, salt: string) => `$2b$${cost.padStart(2, '0')}$${salt}`,
    ),
  inner: [
    bcryptOf('keyed', (password, salt) => {
      return createHmac('sha256', salt).update(password).digest('base64')
    }),
  ],
})

/** passlib's before that, of the SHA-256 in base64. */
export const bcryptSha256V1: HashFormat = wrapped({
  name: 'bcrypt-sha256-v1',
  looks: /^\$bcrypt-sha256\$2[ab],/,
  unwrap: (stored) =>
    stored.replace(
      /^\$bcrypt-sha256\$(2[ab]),([1-9]\d?)\$([./A-Za-z0-9]{22})\$/,
      (_, name: string, cost: string, salt: string) => `$${name}$${cost.padStart(2, '0')}$${salt}`,
    ),
  inner: [bcryptOf('base64', (password) => hash('sha256', password, 'base64'))],
})

/** WordPress's since 6.8, of an HMAC in base64 whose key keeps it apart from others. */
export const wordPress: HashFormat = wrapped({
  name: 'wordpress',
  looks: /^\$wp\$2[aby]\$/,
  unwrap: (stored) => stored.slice('$wp'.length),
  inner: [
    bcryptOf('keyed', (password) => {
      return createHmac('sha384', 'wp-sha384').update(password).digest('base64')
    }),
  ],
})

import type { HashFormat } from './format.js'
import { md5Crypt } from './md5-crypt.js'
import { sha256Crypt, sha512Crypt } from './sha-crypt.js'
import { wrapped } from './wrapped.js'

/** LDAP's `{CRYPT}` and what the system's crypt(3) has made; of bcrypt is `ldapBcrypt`, which does not take every password. */
export const ldapCrypt: HashFormat = wrapped({
  name: 'ldap-crypt',
  looks: /^\{CRYPT\}\$[156]\$/i,
  unwrap: (stored) => stored.slice('{CRYPT}'.length),
  inner: [md5Crypt, sha256Crypt, sha512Crypt],
})

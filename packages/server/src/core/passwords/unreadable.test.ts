import { describe, expect, it } from 'vitest'
import { importedHashes } from '../../../test/imported-hashes.js'
import { formats } from './formats.js'
import { nameOfFormat, whyUnreadable } from './unreadable.js'

const salt = 'c29tZXNhbHRzb21lc2FsdA'
const digest = 'A'.repeat(43)

describe('G07 of a hash that would cost too much, it is said what and how much', () => {
  // biome-ignore format: one line each
  const dear: [string, string][] = [
    [`$argon2id$v=19$m=4194304,t=1,p=1$${salt}$${digest}`, 'argon2id that would need 4 GiB of memory; at most 1 GiB is checked'],
    [`$argon2id$v=19$m=4294967295,t=1,p=1$${salt}$${digest}`, 'argon2id that would need 4 TiB of memory; at most 1 GiB is checked'],
    [`$argon2id$v=19$m=65536,t=4294967295,p=1$${salt}$${digest}`, 'argon2id that would need 262,144 TiB to be filled in all; at most 4 GiB is checked'],
    [`$argon2i$m=65536,t=1,p=255$${salt}$${digest}`, 'argon2i that would need 255 lanes; at most 16 are checked'],
    [`argon2$argon2id$v=19$m=4194304,t=1,p=1$${salt}$${digest}`, 'django-argon2 that would need 4 GiB of memory; at most 1 GiB is checked'],
    [`$2b$31$${'.'.repeat(53)}`, 'bcrypt that would need 2,147,483,648 rounds; at most 16,384 are checked'],
    [`$2b$15$${'.'.repeat(20)}`, 'bcrypt that would need 32,768 rounds; at most 16,384 are checked'],
    [`$bcrypt-sha256$v=2,t=2b,r=31$${'.'.repeat(22)}$${'.'.repeat(31)}`, 'bcrypt-sha256 that would need 2,147,483,648 rounds; at most 16,384 are checked'],
    [`$scrypt$ln=22,r=8,p=1$${salt}$${digest}`, 'scrypt that would need 4 GiB of memory; at most 256 MiB is checked'],
    [`$scrypt$ln=99999,r=8,p=1$${salt}$${digest}`, 'scrypt that would need more than 9,007,199,254,740,992 TiB of memory; at most 256 MiB is checked'],
    [`scrypt$16384$salt$8$99$${'A'.repeat(86)}==`, 'django-scrypt that would need 1.5 GiB to be filled in all; at most 512 MiB is checked'],
    [`scrypt:4194304:8:1$salt$${'a'.repeat(128)}`, 'werkzeug-scrypt that would need 4 GiB of memory; at most 256 MiB is checked'],
    [`$fbscrypt$v=1,n=31,r=8,p=1,ss=Bw==,sk=${'A'.repeat(86)}==$${salt}$${'A'.repeat(86)}==`, 'firebase-scrypt that would need 2 TiB of memory; at most 256 MiB is checked'],
    [`$pbkdf2-sha256$2147483648$${salt}$${digest}`, 'pbkdf2-sha256 that would need 2,147,483,648 rounds; at most 2,000,000 are checked'],
    [`$pbkdf2-sha512$i=2147483648,l=64$${salt}$${'A'.repeat(86)}`, 'pbkdf2-phc that would need 2,147,483,648 rounds; at most 2,000,000 are checked'],
    [`pbkdf2_sha256$2000001$salt$${digest}=`, 'django-pbkdf2_sha256 that would need 2,000,001 rounds; at most 2,000,000 are checked'],
    [`pbkdf2:sha256:2000001$salt$${'a'.repeat(64)}`, 'werkzeug-pbkdf2 that would need 2,000,001 rounds; at most 2,000,000 are checked'],
    [`{PBKDF2-SHA512}2000001$${salt}$${'A'.repeat(86)}`, 'ldap-pbkdf2 that would need 2,000,001 rounds; at most 2,000,000 are checked'],
    [`$P$z${'.'.repeat(30)}`, 'phpass that would need more than 9,007,199,254,740,992 rounds; at most 524,288 are checked'],
    [`$S$I${'.'.repeat(51)}`, 'drupal that would need 1,048,576 rounds; at most 524,288 are checked'],
    [`{CRYPT}$6$rounds=700001$salt$${'.'.repeat(86)}`, 'ldap-crypt that would need 700,001 rounds; at most 700,000 are checked'],
    ['AQAAAAEf////AAAAEAABAgMEBQYHCAkKCwwNDg9LnXn3jAqZrVsAxi+zP5Nk60Ew00DuVWy5LJ/HAnVCig==', 'asp-net-v3 that would need 536,870,911 rounds; at most 2,000,000 are checked'],
  ]
  it.each(dear)('%s', (stored, said) => {
    expect(whyUnreadable(stored)).toBe(`The hash is ${said}`)
  })
})

describe('G10 of a hash that can not be read, it is said why', () => {
  const bcrypt = importedHashes.bcrypt ?? ''
  // biome-ignore format: one line each
  const broken: [string, string][] = [
    ['', 'The hash is empty'],
    [` ${bcrypt}`, 'The hash has white space around it'],
    [`${bcrypt}\n`, 'The hash has white space around it'],
    [bcrypt.slice(0, 40), 'The hash is bcrypt cut off at 40 of 60 characters'],
    [bcrypt.slice(0, 59), 'The hash is bcrypt cut off at 59 of 60 characters'],
    [bcrypt.slice(0, 5), 'The hash is bcrypt cut off at 5 characters'],
    [`${bcrypt}x`, 'The hash is bcrypt, but malformed'],
    [`bcrypt$${bcrypt.slice(0, 40)}`, 'The hash is django-bcrypt cut off at 47 of 67 characters'],
    [`{CRYPT}${bcrypt.slice(0, 40)}`, 'The hash is ldap-bcrypt cut off at 47 of 67 characters'],
    [`$wp${bcrypt.slice(0, 40)}`, 'The hash is wordpress cut off at 43 of 63 characters'],
    [importedHashes.phpass?.slice(0, 33) ?? '', 'The hash is phpass cut off at 33 of 34 characters'],
    [importedHashes['better-auth']?.slice(0, 128) ?? '', 'The hash is better-auth cut off at 128 of 161 characters'],
    [`$scrypt$ln=14,r=8,p=1$${salt}$${digest}AAA`, 'The hash is scrypt cut off at 91 characters'],
    [`$argon2id$v=19$m=65536,t=2,p=1$${salt}`, 'The hash is argon2id cut off at 53 characters'],
    [`$argon2id$v=19$m=65536,t=2,p=1$${salt}$${'A'.repeat(20)}`, 'The hash is argon2id cut off at 74 characters'],
    [`$argon2id$v=19$m=7,t=2,p=1$${salt}$${digest}`, 'The hash is argon2id, but malformed'],
    [`$pbkdf2-sha256$29000$${salt}$${digest.slice(1)}`, 'The hash is pbkdf2-sha256 cut off at 86 characters'],
    [`pbkdf2_sha256$29000$salt$${digest.slice(1)}`, 'The hash is django-pbkdf2_sha256 cut off at 67 characters'],
    ['sha1$salt$abcdef', 'The hash is django-sha1 cut off at 16 of 50 characters'],
    ['{SSHA}4XfmM9iq5OuMJyfmVR7SjCkn8tY4R+i', 'The hash is ssha, but malformed'],
    ['{SSHA}4XfmM9iq5OuMJyfmVR4=', 'The hash is ssha cut off at 26 characters'],
    [`$1$salt$${'.'.repeat(600)}`, 'The hash is md5-crypt of more than 512 characters'],
    [`$2x$12$${'.'.repeat(53)}`, "The hash is bcrypt's $2x$, with whose bug different passwords match"],
    ['$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7', 'The hash is yescrypt or scrypt of crypt(3), which is not checked'],
    ['ab1cdEFghIJkl', 'The hash is DES-crypt, or no hash at all: it is not checked'],
    ['{CRYPT}ab1cdEFghIJkl', 'The hash is DES-crypt, or no hash at all: it is not checked'],
    ['{NT}8846F7EAEE8FB117AD06BDD830B7586C', "The hash is in LDAP's form, of a scheme that is not checked"],
    [`sha256$salt$${'a'.repeat(64)}`, "The hash is a digest in Werkzeug's or Django's form, by a function that is not checked"],
    ['$argon2', 'The hash is in a form of its kind that is not known, or cut off'],
    ['!', 'The hash is a mark that no password fits'],
    ['fakehashedsecret', 'The hash is of no kind that is known'],
  ]
  it.each(broken)('%j', (stored, said) => {
    expect(whyUnreadable(stored)).toBe(said)
    expect(nameOfFormat(stored)).toBe('unreadable')
  })
})

it('hashes that can be read have a name to be counted under, and no fault', () => {
  for (const [name, stored] of Object.entries(importedHashes)) {
    expect([nameOfFormat(stored), whyUnreadable(stored)]).toEqual([name, undefined])
  }
})

it('each format says where a hash of it was cut, as soon as it can be told what it is', () => {
  for (const [name, stored] of Object.entries(importedHashes)) {
    const format = formats.find((one) => one.name === name)
    const cut = stored.slice(0, -1)
    // One character less is another salt of LDAP's, and no hash of a fixed length.
    if (whyUnreadable(cut) === undefined || !format?.looks.test(cut)) continue
    expect([name, whyUnreadable(cut)]).toEqual([
      name,
      expect.stringMatching(new RegExp(`^The hash is ${name}(, but malformed| cut off at)`)),
    ])
  }
})

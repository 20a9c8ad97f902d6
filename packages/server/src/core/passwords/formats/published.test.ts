/** Hashes that other software made, of known passwords. */

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readHash } from '../formats.js'

const vectors = new URL('../../../../../../../shared/vectors/password-hashes/', import.meta.url)
const vectorsAbsent = !existsSync(vectors)

interface Row {
  hash: string
  password?: string
  passwordHex?: string
  wrong?: string
}

function bytesOf({ password, passwordHex }: Row): Buffer {
  return password === undefined ? Buffer.from(passwordHex ?? '', 'hex') : Buffer.from(password)
}

function file(name: string) {
  return JSON.parse(readFileSync(new URL(name, vectors), 'utf8'))
}

async function verify(hash: string, password: Uint8Array): Promise<boolean | undefined> {
  return readHash(hash)?.format.verify(hash, password)
}

/** Of the right password and of two wrong ones: a longer one, and one that is a part of it or wholly other. */
async function verdictsOf(row: Row) {
  const right = bytesOf(row)
  const other = row.wrong ? Buffer.from(row.wrong) : right.subarray(0, -1)
  const wrong: Uint8Array[] = [Buffer.concat([right, Buffer.from('z')])]
  if (right.length > 0) wrong.push(other)
  const answers: (boolean | undefined)[] = []
  for (const password of wrong) answers.push(await verify(row.hash, password))
  return { right: await verify(row.hash, right), wrong: [...new Set(answers)] }
}

const yes = { right: true, wrong: [false] }

describe('of the published hashes', () => {
  it('all of argon2 and passlib verify, but for what bcrypt would cut', {
    timeout: 300_000,
  }, async (test) => {
    test.skip(vectorsAbsent, '../shared/vectors is not here')
    const references: { encoded: string; password: string }[] =
      file('argon2-reference.json').encoded
    const schemes: Record<string, { valid: Row[]; configs?: Row[] }> = file('passlib.json').schemes
    const all = [
      ...references.map(({ encoded: hash, password }) => ({ hash, password })),
      ...Object.values(schemes).flatMap(({ valid, configs = [] }) => [...valid, ...configs]),
    ]
    const rows = new Map(all.map((row) => [row.hash + bytesOf(row).toString('hex'), row]))
    expect(rows.size).toBeGreaterThan(70)
    for (const row of rows.values()) {
      const { hash } = row
      const cut = hash.startsWith('$2') && bytesOf(row).length > 72
      // Wrong passwords of those with many megabytes would take a minute.
      const dear = (readHash(hash)?.memory ?? 0) > 60_000
      const verdicts = dear
        ? { ...yes, right: await verify(hash, bytesOf(row)) }
        : await verdictsOf(row)
      expect([hash, verdicts]).toEqual([hash, { ...yes, right: !cut }])
    }
  })

  it('none is taken for one of another scheme', (test) => {
    test.skip(vectorsAbsent, '../shared/vectors is not here')
    const schemes: Record<string, { otherFormats: [string, string][]; unidentified?: string[] }> =
      file('passlib.json').schemes
    for (const { otherFormats, unidentified = [] } of Object.values(schemes)) {
      const others = otherFormats.map(([name, hash]) => [name, readHash(hash)?.format.name])
      expect(others).toEqual([
        ['des_crypt', undefined],
        ['md5_crypt', 'md5-crypt'],
        ['sha512_crypt', 'sha512-crypt'],
      ])
      for (const hash of unidentified) expect(readHash(hash)).toBeUndefined()
    }
  })

  it('all of Django verify', { timeout: 300_000 }, async (test) => {
    test.skip(vectorsAbsent, '../shared/vectors is not here')
    const rows: Row[] = file('django.json').rows
    expect(rows.length).toBeGreaterThan(2)
    for (const row of rows) expect([row.hash, await verdictsOf(row)]).toEqual([row.hash, yes])
  })

  it('all of Firebase verify, written in one string', async (test) => {
    test.skip(vectorsAbsent, '../shared/vectors is not here')
    interface Firebase {
      password: string
      signerKey: string
      saltSeparator: string
      rounds: number
      memCost: number
      salt: string
      hash: string
    }
    const rows: Firebase[] = file('firebase-scrypt.json').rows
    expect(rows.length).toBeGreaterThan(0)
    for (const { password, signerKey, saltSeparator, rounds, memCost, salt, hash } of rows) {
      const costs = `v=1,n=${memCost},r=${rounds},p=1,ss=${saltSeparator},sk=${signerKey}`
      const row = { hash: `$fbscrypt$${costs}$${salt}$${hash}`, password }
      expect(await verdictsOf(row)).toEqual(yes)
      const urlSafe = row.hash.replaceAll('+', '-').replaceAll('/', '_')
      expect(await verdictsOf({ ...row, hash: urlSafe })).toEqual(yes)
    }
  })
})

describe('hashes of', () => {
  // biome-ignore format: one line each
  const known: [string, string, string][] = [
    ['Supabase from Firebase', 'mytestpassword', '$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=ou9tdYTGyYm8kuR6Dt0Bp0kDuAYoXrK16mbZO4yGwAn3oLspjnN0/c41v8xZnO1n14J3MjKj1b2g6AUCAlFwMw==$C0sHCg9ek77hsg==$zKVTMvnWVw5BBOZNUdnsalx4c4c7y/w7IS5p6Ut2+CfEFFlz37J9huyQfov4iizN8dbjvEJlM5tQaJP84+hfTw=='],
    ['Django, scrypt', 'lètmein', 'scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw=='],
    ['Django, scrypt with p=5', 'lètmein', 'scrypt$16384$seasalt$8$5$ECMIUp+LMxMSK8xB/IVyba+KYGTI7FTnet025q/1f/vBAVnnP3hdYqJuRi+mJn6ji6ze3Fbb7JEFPKGpuEf5vw=='],
    ['Keycloak, SHA-256, 64 bytes', 'keycloak', '$pbkdf2-sha256$27500$AAECAwQFBgcICQoLDA0ODw==$qo8lOI5Xmfe5vwiFevB//wmMM64a0EPTAMDYJq1/LvrCBdflGKlkEOEERa3owUEIKMtyrSDEFSkBOM8TgNUuGQ=='],
    ['Keycloak, SHA-1, 64 bytes', 'keycloak', '$pbkdf2$20000$AAECAwQFBgcICQoLDA0ODw==$tfefufIkewRppgwkACsHvxCXC0/1tWKPThE9BrS6zwhtf0Jvsrw57HiwRF0780LTvJj8q+D0kyCvSr5A5nB2Rg=='],
    ['ASP.NET Identity v2', 'my password', 'AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggHIVY0sdEUfdyeM+E1LtH1uJg=='],
    ['ASP.NET Identity v3, SHA-1', 'my password', 'AQAAAAAAAAD6AAAAEAhftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M'],
    ['ASP.NET Identity v3, SHA-256', 'my password', 'AQAAAAEAA9CQAAAAIESkQuj2Du8Y+kbc5lcN/W/3NiAZFEm11P27nrSN5/tId+bR1SwV8CO1Jd72r4C08OLvplNlCDc3oQZ8efcW+jQ='],
    ['ASP.NET Identity v3, 50 rounds', 'my password', 'AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw'],
    ['ASP.NET Identity v3, long', 'my password', 'AQAAAAIAAAD6AAAAIJbVi5wbMR+htSfFp8fTw8N8GOS/Sje+S/4YZcgBfU7EQuqv4OkVYmc4VJl9AGZzmRTxSkP7LtVi9IWyUxX8IAAfZ8v+ZfhjCcudtC1YERSqE1OEdXLW9VukPuJWBBjLuw=='],
    ['ASP.NET Identity v3 since .NET 7', 'my password', 'AQAAAAIAAYagAAAAEAABAgMEBQYHCAkKCwwNDg/Q8A0WMKbtHQJQ2DHCdoEeeFBrgNlldq6vH4qX/CGqGQ=='],
    ['phpass', 'test12345', '$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0'],
    ['phpass by hashcat', 'hashcat', '$P$984478476IagS59wHZvyQMArzfx58u.'],
    ['phpBB', 'hashcat', '$H$984478476IagS59wHZvyQMArzfx58u.'],
    ['Drupal', 'hashcat', '$S$C33783772bRXEx1aCsvY.dqgaaSu76XmVlKrW9Qu8IQlvxHlmzLf'],
    ['LDAP, SHA-1', 'hashcat', '{SSHA}AZKja92fbuuB9SpRlHqaoXxbTc43Mzc2MDM1Ng=='],
    ['LDAP, SHA-512', 'hashcat', '{SSHA512}ALtwKGBdRgD+U0fPAy31C28RyKYx7+a8kmfksccsOeLknLHv2DBXYI7TDnTolQMBuPkWDISgZr2cHfnNPFjGZTEyNDU4OTkw'],
    ['LDAP, lower case', 'password', '{ssha512}dOeDLmVpHJThhHeag10Hm2g4T7s3SBE6rGHcXUolXJHVufY4qT782rwZ/0XE6cuLcBZ0KpnwmUzRpAEtZBdv+JYEEtZQs/uC'],
    ['crypt, MD5', 'password', '$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/'],
    ['crypt, MD5, no password', '', '$1$saltsalt$5Jhcit4zN9UlGiA0txPkO0'],
    ['crypt, MD5, short salt', 'lètmein', '$1$s$bf844HUhZL2TDUqLpPopY.'],
    ['crypt, MD5, long', 'x'.repeat(200), '$1$saltsalt$aaDqEIrZqRHf3ikPIFH/I.'],
    ['crypt, SHA-256', 'Hello world!', '$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5'],
    ['crypt, SHA-256, no password', '', '$5$saltstring$FdNfA4gXqvCeO6iZs7G/.wwwoywYZqo0l1pwmfWaBA7'],
    ['crypt, SHA-256, rounds', 'lètmein', '$5$rounds=10000$saltstringsaltst$FNFkqtCZonfAcheLWUbsW/JORs/z2eYT7baz1K0UL18'],
    ['crypt, SHA-256, long', 'x'.repeat(200), '$5$rounds=10000$saltstringsaltst$c7FqIW4aFaXZJnIj3iKQh.8pnpFa0Bhm2d2069UhjQ4'],
    ['crypt, SHA-512', 'password', '$6$s$uS8ebqSHbt1SxeJHmjJJ8XiNODU1MHXmq8vuR.PTjWjqzI2O0O5Fqib4lhr5K8OJ/hMYgFNUo1BLK3I7X/8yn/'],
    ['crypt, SHA-512, no password', '', '$6$s$.ZBEl9liET9mKM6jGxl//vp8wOnIJwfkp.7sG2Ahu2q68bf4LasDRE6k5T5NPzLqBFx3oUbMl6xWpBsFfgm6..'],
    ['crypt, SHA-512, rounds', 'Hello world!', '$6$rounds=1400$anotherlongsalts$5FGyu8c4BZDX4wJgs0Un26YOw2XibT5eTkHF1I1aP3QqStoJI9BHD2YPJYsAjEePVGUyBjdZxcNqMWlrrbIOC.'],
    ['crypt, SHA-512, long', 'x'.repeat(200), '$6$rounds=1400$anotherlongsalts$.KQkrklP5M8SjCD5.dynbwjdUsaj9OA/DclgYZCZZeicMAnXgAW2shwuO/zS8G8mTsY5I1tSi2wbTfFHdOUkI.'],
  ]
  it.each(known)('%s verify', { timeout: 60_000 }, async (_, password, hash) => {
    expect(await verdictsOf({ hash, password })).toEqual(yes)
  })
})

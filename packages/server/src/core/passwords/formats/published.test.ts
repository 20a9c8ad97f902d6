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
  // Those of "lètmein" were made by Python: Django 3.2, passlib 1.7.4, Werkzeug 2.2, argon2-cffi 21.1 and bcrypt
  // 3.2, and by hashlib as Werkzeug's scrypt, WordPress and PHC strings of PBKDF2 are defined.
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
    ['crypt, MD5, of Apache', 'lètmein', '$apr1$yQ2pCMWv$EbmgZn04VwUduuyL3RS4q/'],
    ['WordPress since 6.8', 'lètmein', '$wp$2y$06$WBy3nY5KAI3fs3opYw1/0.TgOWgfkRvH88tjXaiziS5nUX69.Y8Z.'],
    ['WordPress since 6.8, by WordPress', 'grimoire-test-123', '$wp$2y$12$iWN5xRwDE7i9R5jVJvCyqOxS1CNnwUggQaF8O2W9Bg8TuXQz.ngrS'],
    ['passlib, bcrypt_sha256', 'lètmein', '$bcrypt-sha256$v=2,t=2b,r=6$9QlC8k3dV.ZhIHnfl2u0A.$XvWKZmpwEukCWl33TcMw/jh28szdUja'],
    ['passlib, bcrypt_sha256 version 1', 'lètmein', '$bcrypt-sha256$2b,6$b41UQCtWtsVSKbVk.wPCLu$WKXsMBzzxLflK12iWB/K0GVUb6h73AW'],
    ['passlib, bcrypt_sha256 version 1, 2a', 'lètmein', '$bcrypt-sha256$2a,6$5RXLF2ih8ByOWJ0yA4Sbcu$O5GOBfGe9Ye0.VLMxQqw5uZMXsNHgBW'],
    ['pwdlib, argon2', 'lètmein', '$argon2id$v=19$m=65536,t=3,p=4$oc39Lx8rVU4uCDG3gWTHHA$4FooPBsBpEis5hS4y+iHvfP4K5rHgIEYlVi7qAESbu0'],
    ['pwdlib, bcrypt', 'lètmein', '$2b$12$QtJzJJgxIlFDB1uxryrQeeEqODXZHIKiXoOG82L3ZU1O/RdJ5g5BS'],
    ['Werkzeug, scrypt', 'lètmein', 'scrypt:32768:8:1$uX2kQz0rJm7Tn9Va$4118df818ebfb74dcc91404fa33d9ac4fa8f51170548a6b2b6563177e6946423a68eeb303f712e71cad845e5573593f047c2720eb02a97dcc9ac007e380f8426'],
    ['Werkzeug, PBKDF2, SHA-1', 'lètmein', 'pbkdf2:sha1:1000$uX2kQz0rJm7Tn9Va$9eb66fc850167a1c4725bf07279d4d0da0d43ffc'],
    ['Werkzeug, PBKDF2, SHA-256', 'lètmein', 'pbkdf2:sha256:1000$uX2kQz0rJm7Tn9Va$66e978db42544bcdac92f635623aed50d8aea75328d47008bdee038cb500b7ab'],
    ['Werkzeug, PBKDF2, SHA-512', 'lètmein', 'pbkdf2:sha512:1000$uX2kQz0rJm7Tn9Va$f1dca0be9c0f241a3232ba83ffeefc7a5ec259c17c8a9da4f9f09d4d1281eb5020aaefdc60e8e5b3026e902bf9985ece6f6d04eb50aa758a8d1336169e5650c2'],
    ['PBKDF2 as PHC, SHA-1', 'lètmein', '$pbkdf2-sha1$i=1000,l=20$c2l4dGVlbiBvZiBzYWx0IQ$zXk+XPC5uIXiSTdXVtvUWsc/HV4'],
    ['PBKDF2 as PHC, SHA-256', 'lètmein', '$pbkdf2-sha256$i=1000,l=32$c2l4dGVlbiBvZiBzYWx0IQ$awNHIzEZgfdrwm82p7xhNAJyQVQfy7io+NmX43QEt2M'],
    ['PBKDF2 as PHC, SHA-512, a part', 'lètmein', '$pbkdf2-sha512$i=1000,l=20$c2l4dGVlbiBvZiBzYWx0IQ$76y3EP1mbGWw7gITA8ZjgiUMJrY'],
    ['PBKDF2 as PHC, SHA-512', 'lètmein', '$pbkdf2-sha512$i=1000,l=64$c2l4dGVlbiBvZiBzYWx0IQ$76y3EP1mbGWw7gITA8ZjgiUMJrbFIUkGN0ZFR8d1r44dJMEHGKH+VTlszykmdBJZW6tvK7zNX7CDvAelCDXocw'],
    ['Django, SHA-1', 'lètmein', 'sha1$seasalt$cff36ea83f5706ce9aa7454e63e431fc726b2dc8'],
    ['Django, MD5', 'lètmein', 'md5$seasalt$3f86d0d3d465b7b458c231bf3555c0e3'],
    ['Django, SHA-1 without a salt', 'lètmein', 'sha1$$6d138ca3ae545631b3abd71a4f076ce759c5700b'],
    ['Django, MD5 without a salt', 'lètmein', '88a434c88cca4e900f7874cd98123f43'],
    ['passlib, hex_sha256, in capitals', 'lètmein', '1AF7EA1E8C993E69AA1FE000AEDD64A4586CC74B978BF3B951EDA5009D2EBA2D'],
    ['LDAP, MD5', 'lètmein', '{MD5}iKQ0yIzKTpAPeHTNmBI/Qw=='],
    ['LDAP, MD5 with a salt', 'lètmein', '{SMD5}ZBIEtKqiFu82EHHgcLJD5ZCyljI='],
    ['LDAP, SHA-1 without a salt', 'lètmein', '{SHA}bROMo65UVjGzq9caTwds51nFcAs='],
    ['LDAP, crypt of MD5', 'lètmein', '{CRYPT}$1$EAplmQGQ$yTyHy9GipbrsPnJ3qZaP9.'],
    ['LDAP, crypt of SHA-256', 'lètmein', '{CRYPT}$5$rounds=1000$lU9xvGqbe8/t9hmk$8y50WPG5IDSNmmmHUNdTpAc/kMEn9jVHEws4WFu.2uC'],
    ['LDAP, crypt of SHA-512', 'lètmein', '{crypt}$6$rounds=1000$0CsBg2UPG9cCG02R$I2HaYGOkPZV9mIv2yjuooF8eI320me4gOgU0zZPD3HywOkAKsOfuA/L45rnXr5v5Wnl4oEVigCz3zatZfcbgg.'],
    ['LDAP, crypt of bcrypt', 'lètmein', '{CRYPT}$2b$06$lAsmPzuXDBj.OjsMOUoAbe9ur6oqd1v3gmFCDwIa0wXjPEYi6V2yi'],
    ['LDAP, PBKDF2, SHA-1', 'lètmein', '{PBKDF2}1000$pfT.XwuBEEKIMUaIMcb4Hw$ELqGRYHprBRfxPBtu3XpfQZ1q7c'],
    ['LDAP, PBKDF2, SHA-1 by name', 'lètmein', '{PBKDF2-SHA1}1000$pfT.XwuBEEKIMUaIMcb4Hw$ELqGRYHprBRfxPBtu3XpfQZ1q7c'],
    ['LDAP, PBKDF2, SHA-512', 'lètmein', '{PBKDF2-SHA512}1000$3XsvhVAqpVTKudcao3Tu3Q$hnGiB3EObrxrHrHQylmO.fYwKzVaQnKGM66w6GV6jyQ0UjCxHU9WHLRf23oAPTY8ElJaaZJfZBlVD7GFzeIRCg'],
    ['LDAP, argon2', 'lètmein', '{ARGON2}$argon2id$v=19$m=64,t=1,p=1$W8uZ8z6HkBICQGiNUWotpQ$csaaV+abbJqB7r3xY18RGg'],
  ]
  it.each(known)('%s verify', { timeout: 60_000 }, async (_, password, hash) => {
    expect(await verdictsOf({ hash, password })).toEqual(yes)
  })
})

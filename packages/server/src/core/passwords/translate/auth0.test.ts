import { describe, expect, it } from 'vitest'
import { importedHashes, importedPassword } from '../../../../test/imported-hashes.js'
import { readHash } from '../formats.js'
import { fromAuth0 } from './auth0.js'

async function verdicts(user: unknown, password: string) {
  const translation = fromAuth0(user)
  const hash = 'hash' in translation ? translation.hash : JSON.stringify(translation)
  const verify = (text: string) => readHash(hash)?.format.verify(hash, Buffer.from(text))
  return [await verify(password), await verify(`${password}x`)]
}

const custom = (hash: object) => ({ custom_password_hash: hash })
const scryptHex =
  '423dfef4f3f246348921e6c79c6f354cc8ecaad6881b13501bf68407f35869f4c9eed89b81f633ef59b495d4044a45c546475508186163c9b1eeb4308ad7bf3f'
const sha256 = '31bef6c2888780a6503672c21e2e0fece6ac2fab6187edb255fad15e48f78859'
const md5 = '3f86d0d3d465b7b458c231bf3555c0e3'
const suffix = { value: 'seasalt', position: 'suffix' }
const prefix = { value: 'seasalt', position: 'prefix' }

describe('passwords of Auth0', () => {
  it('verify from its own exports and from files for its import', async () => {
    for (const name of ['passwordHash', 'password_hash']) {
      const user = { email: 'a@example.com', [name]: importedHashes.bcrypt }
      expect(await verdicts(user, importedPassword)).toEqual([true, false])
    }
  })

  it('verify where a custom hash says all by itself', async () => {
    for (const [algorithm, name] of [
      ['argon2', 'argon2id'],
      ['bcrypt', 'bcrypt'],
      ['pbkdf2', 'pbkdf2-phc'],
      ['ldap', 'ssha256'],
      ['ldap', 'smd5'],
    ] as const) {
      const hash = { value: importedHashes[name], encoding: 'utf8' }
      const user = custom({ algorithm, hash })
      expect([name, await verdicts(user, importedPassword)]).toEqual([name, [true, false]])
    }
  })

  // Made by Python's hashlib, and MD5('salt' + 'password') as in Auth0's own schema.
  // biome-ignore format: one line each
  const customs: [string, string, object][] = [
    ['SHA-256, salt behind', 'lètmein', { algorithm: 'sha256', hash: { value: sha256, encoding: 'hex' }, salt: suffix }],
    ['SHA-256, salt in hex', 'lètmein', { algorithm: 'sha256', hash: { value: sha256.toUpperCase(), encoding: 'hex' }, salt: { ...suffix, value: '73656173616C74', encoding: 'hex' } }],
    ['SHA-256, no salt', 'lètmein', { algorithm: 'sha256', hash: { value: 'GvfqHoyZPmmqH-AArt1kpFhsx0uXi_O5Ue2lAJ0uui0', encoding: 'base64' } }],
    ['SHA-1, salt before', 'lètmein', { algorithm: 'sha1', hash: { value: 'z/NuqD9XBs6ap0VOY+Qx/HJrLcg=', encoding: 'base64' }, salt: prefix }],
    ['MD5, salt before', 'lètmein', { algorithm: 'md5', hash: { value: md5, encoding: 'hex' }, salt: prefix, password: { encoding: 'utf8' } }],
    ['MD5, of the schema', 'password', { algorithm: 'md5', hash: { value: '67A1E09BB1F83F5007DC119C14D663AA', encoding: 'hex' }, salt: { value: 'salt', position: 'prefix' } }],
    ['scrypt', 'lètmein', { algorithm: 'scrypt', hash: { value: scryptHex, encoding: 'hex' }, salt: { value: 'seasalt' }, keylen: 64 }],
    ['scrypt, all said', 'lètmein', { algorithm: 'scrypt', hash: { value: scryptHex, encoding: 'hex' }, salt: { value: 'c2Vhc2FsdA==', encoding: 'base64' }, keylen: 64, cost: 16_384, blockSize: 8, parallelization: 1 }],
  ]
  it.each(customs)('verify where a custom hash is %s', async (_, password, hash) => {
    expect(await verdicts(custom(hash), password)).toEqual([true, false])
  })

  it('are none where there is no hash', () => {
    for (const user of [{}, null, 'text', { passwordHash: '' }, { custom_password_hash: null }]) {
      expect(fromAuth0(user)).toEqual({ none: true })
    }
  })

  const hash = { value: sha256, encoding: 'hex' }
  const other = 'The hash is of an algorithm that is not checked'
  // biome-ignore format: one line each
  const broken: [object, string][] = [
    [custom({}), 'The hash is empty'],
    [custom({ algorithm: 'hmac', hash: { ...hash, key: { value: 'k' } } }), other],
    [custom({ algorithm: 'md4', hash }), other],
    [custom({ algorithm: 'constructor', hash }), other],
    [custom({ algorithm: 'sha256', hash, password: { encoding: 'utf16le' } }), 'The password was hashed in another encoding than UTF-8'],
    [custom({ algorithm: 'sha256', hash: { ...hash, encoding: 'base64x' } }), 'The hash is not in the encoding that it says'],
    [custom({ algorithm: 'sha256', hash: { ...hash, value: `${sha256}0` } }), 'The hash is not in the encoding that it says'],
    [custom({ algorithm: 'sha256', hash, salt: { value: 'xy', encoding: 'hex', position: 'suffix' } }), 'The salt is not in the encoding that it says'],
    [custom({ algorithm: 'sha256', hash, salt: { value: 'seasalt', position: 'prefix' } }), 'The hash has a salt where none is checked'],
    [custom({ algorithm: 'md5', hash: { ...hash, value: md5 }, salt: { value: 'a$b', position: 'prefix' } }), 'The hash has a salt where none is checked'],
    [custom({ algorithm: 'md5', hash: { ...hash, value: md5 }, salt: { value: 'ff', encoding: 'hex', position: 'prefix' } }), 'The hash has a salt where none is checked'],
    [custom({ algorithm: 'md5', hash: { ...hash, value: md5 }, salt: { value: 'seasalt' } }), 'The hash has a salt where none is checked'],
    [custom({ algorithm: 'sha256', hash: { ...hash, value: sha256.slice(2) } }), 'The hash is ldap-sha256, but malformed'],
    [custom({ algorithm: 'scrypt', hash }), 'The hash or its salt is not in the encoding that it says'],
    [custom({ algorithm: 'scrypt', hash, salt: { value: 'seasalt' }, cost: 2 ** 31 }), 'The hash is scrypt that would need 2 TiB of memory; at most 256 MiB is checked'],
    [custom({ algorithm: 'scrypt', hash, salt: { value: 'seasalt' }, cost: 16_385 }), 'The hash is scrypt, but malformed'],
    [custom({ algorithm: 'argon2', hash: { value: importedHashes.argon2id?.slice(0, 40) } }), 'The hash is argon2id cut off at 40 characters'],
    [{ passwordHash: importedHashes.bcrypt?.slice(0, 40) }, 'The hash is bcrypt cut off at 40 of 60 characters'],
    [{ passwordHash: 12 }, 'The hash is no text'],
  ]
  it.each(broken)('G10 %j is a fault', (user, said) => {
    expect(fromAuth0(user)).toEqual({ fault: said })
  })
})

import { describe, expect, it } from 'vitest'
import { readHash } from '../formats.js'
import { fromKeycloak } from './keycloak.js'
import type { Translation } from './translation.js'

/** Of "lètmein", made by Python's hashlib and argon2-cffi as Keycloak's providers call them: 64 bytes, and Keycloak's argon2 defaults. */
const salt = 'AAECAwQFBgcICQoLDA0ODw=='
const value = {
  pbkdf2:
    'XHQoPJTb2TWsvnFTgPL72iRQcqCBASVGsk3b0BcPshi846xKRyAI2YWo1YZq2QCpeTUDfiOUChixz/NgZkawvg==',
  'pbkdf2-sha256':
    'Zln/ZE4k41bQzrIB1tzW7cPAhg+w9844Gj4ua+E91V2xiZFnkiueDXgBzWBarioCwIKVTOPzMTQ8SiRH3EAMoQ==',
  'pbkdf2-sha512':
    'wRwIVIB7ojZQJanl/eLbPCvCqJxLQm1p3uH8oEIOBEIVO29J1GeSZCKK2J5tkiPC+9j7bexQMagrwZzszXvwRQ==',
  argon2: '4EiBugwYBjrz+cEnj0OsMm1cS5d5S/ne9zHfiT+g9Mc=',
}

const argon2Parameters = {
  hashLength: ['32'],
  memory: ['7168'],
  type: ['id'],
  version: ['1.3'],
  parallelism: ['1'],
}

interface Data {
  algorithm: string
  hashIterations: unknown
  additionalParameters?: unknown
}

function credential(secret: unknown, data: Data) {
  return {
    id: '4a6c6c1f-2d62-4ba1-9aa9-93ab7dd25b12',
    type: 'password',
    userLabel: 'My password',
    createdDate: 1705593900000,
    secretData: JSON.stringify(secret),
    credentialData: JSON.stringify(data),
  }
}

async function verdicts(translation: Translation) {
  const hash = 'hash' in translation ? translation.hash : JSON.stringify(translation)
  const verify = (password: string) => readHash(hash)?.format.verify(hash, Buffer.from(password))
  return [await verify('lètmein'), await verify('letmein')]
}

describe('passwords of Keycloak', () => {
  it.each([
    ['pbkdf2', 20_000, {}],
    ['pbkdf2-sha256', 27_500, {}],
    ['pbkdf2-sha512', 1000, {}],
    ['argon2', 5, argon2Parameters],
  ] as const)('verify where the algorithm is %s', async (algorithm, rounds, additional) => {
    const data = { algorithm, hashIterations: rounds, additionalParameters: additional }
    const secret = { value: value[algorithm], salt, additionalParameters: {} }
    const translation = fromKeycloak([{ type: 'otp', secretData: '{}' }, credential(secret, data)])
    expect(await verdicts(translation)).toEqual([true, false])
  })

  it('verify with a digest of 32 bytes, as some versions made them', async () => {
    const data = { algorithm: 'pbkdf2-sha256', hashIterations: 27_500 }
    const short = { value: 'Zln/ZE4k41bQzrIB1tzW7cPAhg+w9844Gj4ua+E91V0=', salt }
    expect(await verdicts(fromKeycloak([credential(short, data)]))).toEqual([true, false])
  })

  it('verify in the flat form of old exports', async () => {
    const flat = {
      type: 'password',
      hashedSaltedValue: value['pbkdf2-sha256'],
      salt,
      hashIterations: 27_500,
      counter: 0,
      algorithm: 'pbkdf2-sha256',
      digits: 0,
      period: 0,
      createdDate: 1554132213000,
      config: {},
    }
    expect(await verdicts(fromKeycloak([flat]))).toEqual([true, false])
  })

  it.each([[undefined], [null], [[]], ['password'], [{}], [[null, 1, { type: 'otp' }]]])(
    'are none where %j is all there is',
    (credentials) => {
      expect(fromKeycloak(credentials)).toEqual({ none: true })
    },
  )

  const secret = { value: value['pbkdf2-sha256'], salt }
  const data = { algorithm: 'pbkdf2-sha256', hashIterations: 27_500 }
  const argon2 = { ...data, algorithm: 'argon2', hashIterations: 5 }
  // biome-ignore format: one line each
  const broken: [unknown, string][] = [
    [{ type: 'password' }, 'The password has no secretData and credentialData that are JSON'],
    [{ ...credential(secret, data), secretData: '{"value":' }, 'The password has no secretData and credentialData that are JSON'],
    [{ type: 'password', value: 'lètmein' }, 'The password is no hash but the password itself'],
    [credential({ ...secret, value: '?' }, data), 'The hash is not in base64'],
    [credential({ ...secret, salt: undefined }, data), 'The salt is not in base64'],
    [credential('text', data), 'The hash is not in base64'],
    [credential(secret, { ...data, hashIterations: '1e3' }), 'The hash has no hashIterations'],
    [credential(secret, { ...data, algorithm: 'pbkdf2-md5' }), 'The hash is of an algorithm that is not checked'],
    [credential(secret, { ...data, algorithm: 'constructor' }), 'The hash is of an algorithm that is not checked'],
    [credential(secret, { ...data, hashIterations: 2 ** 31 }), 'The hash is pbkdf2-sha256 that would need 2,147,483,648 rounds; at most 2,000,000 are checked'],
    [credential({ ...secret, value: secret.value.slice(0, 84) }, data), 'The hash is pbkdf2-sha256 cut off'],
    [credential({ ...secret, value: value.argon2 }, argon2), 'The hash lacks a parameter of argon2: memory, parallelism, version or type'],
    [credential({ ...secret, value: value.argon2 }, { ...argon2, additionalParameters: { ...argon2Parameters, version: ['constructor'] } }), 'The hash lacks a parameter of argon2: memory, parallelism, version or type'],
    [credential({ ...secret, value: value.argon2 }, { ...argon2, additionalParameters: { ...argon2Parameters, memory: ['4194304'] } }), 'The hash is argon2id that would need 4 GiB of memory; at most 1 GiB is checked'],
  ]
  it.each(broken)('G10 %j is a fault', (one, said) => {
    expect(fromKeycloak([one])).toEqual({ fault: said })
  })
})

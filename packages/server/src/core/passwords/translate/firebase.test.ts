import { describe, expect, it } from 'vitest'
import { readHash } from '../formats.js'
import { type FirebaseParameters, fromFirebase, parseFirebaseParameters } from './firebase.js'

/** From the README of Firebase's own scrypt. */
const shown = `hash_config {
  algorithm: SCRYPT,
  base64_signer_key: jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==,
  base64_salt_separator: Bw==,
  rounds: 8,
  mem_cost: 14,
}
`
const parameters: FirebaseParameters = {
  signerKey:
    'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==',
  saltSeparator: 'Bw==',
  rounds: 8,
  memCost: 14,
}
const user = {
  localId: 'u1',
  passwordHash:
    'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
  salt: '42xEC+ixf3L2lw==',
}

describe('parameters of a Firebase project', () => {
  const { signerKey, saltSeparator, rounds, memCost } = parameters
  const named = {
    algorithm: 'SCRYPT',
    base64_signer_key: signerKey,
    base64_salt_separator: saltSeparator,
    rounds: `${rounds}`,
    mem_cost: memCost,
  }
  it.each([
    ['as shown', shown],
    ['as shown, from Windows', shown.replaceAll('\n', '\r\n')],
    ['as shown, on one line', shown.replaceAll('\n', ' ')],
    ['as lines', shown.split('\n').slice(1, -2).join('\n').replaceAll(',', '')],
    ['as JSON', JSON.stringify(named)],
    ['as JSON in a field', JSON.stringify({ hash_config: named })],
    ['as an API has them', JSON.stringify({ hashConfig: { ...parameters, memoryCost: 14 } })],
  ])('are read %s', (_, text) => {
    expect(parseFirebaseParameters(text)).toEqual(parameters)
  })

  it('may do without a separator', () => {
    const found = parseFirebaseParameters(JSON.stringify({ ...named, base64_salt_separator: '' }))
    expect(found).toEqual({ ...parameters, saltSeparator: '' })
  })

  it.each([
    ['', 'base64_signer_key is missing, or not in base64'],
    ['[]', 'base64_signer_key is missing, or not in base64'],
    ['{', 'base64_signer_key is missing, or not in base64'],
    [shown.replace('jxs', 'j$s'), 'base64_signer_key is missing, or not in base64'],
    [shown.replace('Bw==', 'B'), 'base64_salt_separator is not in base64'],
    [shown.replace('SCRYPT', 'HMAC_SHA256'), 'The algorithm is another than SCRYPT'],
    [shown.replace('rounds', 'round'), 'rounds or mem_cost is missing, or no number'],
    [shown.replace('14', 'many'), 'rounds or mem_cost is missing, or no number'],
  ])('are refused in %j', (text, fault) => {
    expect(parseFirebaseParameters(text)).toEqual({ fault })
  })
})

it('parameters are looked for in one pass, however much space there is', () => {
  const text = `{${' '.repeat(1_000_000)}${'\n'.repeat(100_000)}`
  expect(parseFirebaseParameters(text)).toHaveProperty('fault')
})

describe('passwords of Firebase', () => {
  it('verify, in both alphabets of base64', async () => {
    const urlSafe = Object.fromEntries(
      Object.entries(user).map(([name, text]) => [
        name,
        text.replaceAll('+', '-').replaceAll('/', '_'),
      ]),
    )
    for (const one of [user, urlSafe]) {
      const translation = fromFirebase(one, parameters)
      const hash = 'hash' in translation ? translation.hash : ''
      const verify = readHash(hash)?.format.verify
      expect(await verify?.(hash, Buffer.from('user1password'))).toBe(true)
      expect(await verify?.(hash, Buffer.from('user2password'))).toBe(false)
    }
  })

  it('are none where there is no hash', () => {
    for (const one of [{}, { passwordHash: '' }, { passwordHash: null, salt: '' }, null]) {
      expect(fromFirebase(one, undefined)).toEqual({ none: true })
    }
  })

  it('G10 are a fault where they can not be taken over', () => {
    const faults = [
      fromFirebase({ ...user, passwordHash: 'UkVEQUNURUQ=' }, parameters),
      fromFirebase(user, undefined),
      fromFirebase({ ...user, salt: undefined }, parameters),
      fromFirebase({ ...user, passwordHash: user.passwordHash.slice(0, 20) }, parameters),
      fromFirebase({ ...user, salt: 'x$y' }, parameters),
      fromFirebase(user, { ...parameters, memCost: 31 }),
    ]
    expect(faults).toEqual([
      { fault: 'The hash was left out of the export, because who made it may not read hashes' },
      { fault: "The hash needs the parameters of Firebase's project" },
      { fault: 'The hash has no salt' },
      { fault: 'The hash is firebase-scrypt cut off' },
      { fault: 'The hash is firebase-scrypt, but malformed' },
      {
        fault:
          'The hash is firebase-scrypt that would need 2 TiB of memory; at most 256 MiB is checked',
      },
    ])
  })
})

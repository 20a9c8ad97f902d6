// What a guard keeps of ten million places: ten lists, in each of which one place in fifty is revoked.
// Run with --expose-gc; prints bytes.
import { generateKeyPairSync, randomInt, sign } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { deflateSync } from 'node:zlib'
import { createGuard } from '@latchkey/guard'

const issuer = 'http://127.0.0.1:1'
const uris = Array.from({ length: 10 }, (_, number) => `${issuer}/status-lists/${number}`)
const places = 2 ** 20
const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const answers = new Map([
  [
    `${issuer}/.well-known/oauth-authorization-server`,
    JSON.stringify({
      issuer,
      jwks_uri: `${issuer}/jwks`,
      status_list_aggregation_endpoint: `${issuer}/status-lists`,
    }),
  ],
  [`${issuer}/jwks`, JSON.stringify({ keys: [publicJwk()] })],
  [`${issuer}/status-lists`, JSON.stringify({ status_lists: uris })],
  ...uris.map((uri) => [uri, listToken(uri)]),
])
const newGuard = async () => {
  const fetch = async (url) => new Response(answers.get(String(url)))
  const guard = createGuard({ issuer, audience: issuer, fetch })
  await guard.ready()
  return guard
}

// The code of a first guard is not what the second one keeps.
const first = await newGuard()
first.close()
const before = await used()
const guard = await newGuard()
console.log((await used()) - before)
guard.close()

function publicJwk() {
  return { ...publicKey.export({ format: 'jwk' }), kid: 'key', alg: 'EdDSA', use: 'sig' }
}

function listToken(sub) {
  const bytes = Buffer.alloc(places / 4)
  for (let count = 0; count < places / 50; count++) {
    const place = randomInt(places)
    bytes[place >> 2] |= 1 << ((place % 4) * 2)
  }
  const iat = Math.floor(Date.now() / 1000)
  const list = { bits: 2, lst: deflateSync(bytes).toString('base64url') }
  const header = { typ: 'statuslist+jwt', alg: 'EdDSA', kid: 'key' }
  const input = [header, { sub, iat, exp: iat + 300, ttl: 5, status_list: list }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`
}

async function used() {
  for (let round = 0; round < 5; round++) {
    globalThis.gc()
    await wait(20)
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

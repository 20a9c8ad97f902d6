import { generateKeyPairSync } from 'node:crypto'
import { deflateSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGuardOn, type Guard } from '../src/guard.js'
import { platform } from '../src/signature-node.js'
import { Clock, until } from './clock.js'
import { type Answer, FakeIssuer, json, paths, text } from './fake-issuer.js'
import { asymmetric, audience, encode, type Signer, signers } from './tokens.js'

/** What is wrong with the issuer, and what is told of it. */
type Hostility = readonly [string, (issuer: FakeIssuer) => Answer, RegExp]

const unavailable = { code: 'temporarily_unavailable', status: 503, retryAfter: 5 }
const stranger: Signer = { ...asymmetric('EdDSA', generateKeyPairSync('ed25519')), kid: 'stranger' }

/** Holds for every answer, whatever it is the answer to. */
const badAnswers: readonly Hostility[] = [
  ['is an error', () => text('{}', 500), /status 500/],
  ['is not found', () => text('{}', 404), /status 404/],
  ['has another status of success', () => text('{}', 206), /status 206/],
  ['says "not modified" unasked', () => notModified, /status (304|500)/],
  ['is a redirect to a good one', () => redirect(302), /status 302/],
  ['is a permanent redirect to a good one', () => redirect(308), /status 308/],
  ['goes on without end', () => endless, /longer than|fetch failed|terminated/],
  ['is small and unfolds without end', () => unfolding, /longer than|terminated/],
  ['is nothing', () => text(''), /JSON|JWK Set|not signed|nothing/],
  ['is noise', () => text(Buffer.from([0xff, 0xfe, 0, 1])), /JSON|JWK Set|not signed/],
  ['ends in the middle', () => broken, /terminated|other side closed/],
]

const badMetadata: readonly Hostility[] = [
  [
    'is of another issuer',
    (issuer) => metadata(issuer, { issuer: 'https://other.example' }),
    /is of/,
  ],
  [
    'has its issuer with a slash',
    (issuer) => metadata(issuer, { issuer: `${issuer.url}/` }),
    /is of/,
  ],
  ['has a list of issuers', (issuer) => metadata(issuer, { issuer: [issuer.url] }), /is of/],
  ['has no issuer', (issuer) => metadata(issuer, { issuer: undefined }), /is of/],
  ['has no keys', (issuer) => metadata(issuer, { jwks_uri: undefined }), /no jwks_uri/],
  [
    'has its keys elsewhere',
    (issuer) => metadata(issuer, { jwks_uri: 'https://evil.example/jwks.json' }),
    /jwks_uri is not under/,
  ],
  [
    'has its keys at another port',
    (issuer) => metadata(issuer, { jwks_uri: 'http://127.0.0.1:1/jwks.json' }),
    /jwks_uri is not under/,
  ],
  [
    'has its keys in itself',
    (issuer) =>
      metadata(issuer, { jwks_uri: `data:application/json,${JSON.stringify(issuer.jwks)}` }),
    /jwks_uri is not under/,
  ],
  [
    'has its lists elsewhere',
    (issuer) => metadata(issuer, { status_list_aggregation_endpoint: 'https://evil.example/' }),
    /endpoint is not under/,
  ],
  [
    'has no lists',
    (issuer) => metadata(issuer, { status_list_aggregation_endpoint: undefined }),
    /no status_list_aggregation_endpoint/,
  ],
  [
    'says its issuer twice',
    (issuer) =>
      text(JSON.stringify(issuer.metadata).replace('{', '{"issuer":"https://other.example",')),
    /no JSON object/,
  ],
  ['is an array', (issuer) => json([issuer.metadata]), /no JSON object/],
]

const badKeys: readonly Hostility[] = [
  [
    'has two keys of one kid',
    (issuer) => keySet(issuer, { ...stranger.jwk, kid: issuer.signer.kid }),
    /same kid/,
  ],
  ['has two keys without kid', (issuer) => keySet(issuer, stranger.jwk, stranger.jwk), /same kid/],
  ['has a private key', (issuer) => keySet(issuer, privateJwk()), /no member d/],
  ['has a symmetric key', (issuer) => keySet(issuer, signers.HS256.jwk), /symmetric/],
  [
    'has an RSA key of 1024 bits',
    (issuer) => keySet(issuer, { ...rsaJwk(1024), kid: 'weak', alg: 'RS256' }),
    /2048 bits/,
  ],
  [
    'has an RSA key with the exponent 1',
    (issuer) => keySet(issuer, { ...rsaJwk(2048), e: 'AQ', kid: 'weak', alg: 'RS256' }),
    /exponent/,
  ],
  [
    'has a key of the wrong curve',
    (issuer) => keySet(issuer, { ...otherCurve(), kid: 'curve', alg: 'ES256' }),
    /crv P-256/,
  ],
  [
    'has a key that is off its curve',
    (issuer) =>
      keySet(issuer, { ...signers.ES256.jwk, x: encode(Buffer.alloc(32, 1)), kid: 'off' }),
    /no point/,
  ],
  [
    'has a key of another algorithm than it says',
    (issuer) => keySet(issuer, { ...signers.ES256.jwk, alg: 'EdDSA', kid: 'mixed' }),
    /kty OKP/,
  ],
  [
    'has five thousand good keys',
    (issuer) =>
      keySet(
        issuer,
        ...Array.from({ length: 5000 }, (_, at) => ({ ...stranger.jwk, kid: `${at}` })),
      ),
    /longer than 262144 bytes/,
  ],
  ['has a kid that is no text', (issuer) => keySet(issuer, { ...stranger.jwk, kid: 1 }), /JWK Set/],
  ['has a key that is no object', (issuer) => keySet(issuer, null), /JWK Set/],
  ['has no list of keys', () => json({}), /JWK Set/],
  [
    'has keys for encryption alone',
    () => json({ keys: [{ ...stranger.jwk, use: 'enc' }] }),
    /no usable/,
  ],
]

const badNames: readonly Hostility[] = [
  [
    'names a list elsewhere',
    (issuer) => names(issuer, 'https://evil.example/0'),
    /not under the issuer/,
  ],
  ['names a list by its path', (issuer) => names(issuer, paths.list), /not under the issuer/],
  ['names a number', (issuer) => names(issuer, 1), /not under the issuer/],
  ['names a list twice', (issuer) => names(issuer, `${issuer.url}${paths.list}`), /twice/],
  [
    'names lists without end',
    (issuer) =>
      names(issuer, ...Array.from({ length: 300 }, (_, index) => `${issuer.url}/l/${index}`)),
    /more than 256/,
  ],
  ['names no array', () => json({ status_lists: {} }), /no status_lists/],
]

const badLists: readonly Hostility[] = [
  [
    'is another list',
    (issuer) => list(issuer, { sub: `${issuer.url}/status-lists/1` }),
    /another list/,
  ],
  ['is from the future', (issuer) => list(issuer, { iat: seconds(issuer) + 60 }), /future/],
  ['has expired', (issuer) => list(issuer, { exp: seconds(issuer) }), /expired/],
  ['is an access token', (issuer) => text(issuer.token(5)), /type/],
  [
    'is signed by a stranger',
    (issuer) => text(issuer.listToken(0, {}, {}, stranger)),
    /not signed/,
  ],
  [
    'is signed by a stranger under our kid',
    (issuer) => text(issuer.listToken(0, {}, { kid: issuer.signer.kid }, stranger)),
    /not signed/,
  ],
  [
    'brings its own key',
    (issuer) => text(issuer.listToken(0, {}, { jwk: stranger.jwk, kid: 'stranger' }, stranger)),
    /not signed/,
  ],
  [
    'is cut short',
    (issuer) => places(issuer, deflateSync(Buffer.alloc(1024)).subarray(0, -4)),
    /end of file/,
  ],
  [
    'unfolds without end',
    (issuer) => places(issuer, deflateSync(Buffer.alloc(9_000_000))),
    /longer than/,
  ],
  [
    'has four bits a place',
    (issuer) => list(issuer, { status_list: { bits: 4, lst: '' } }),
    /two bits/,
  ],
]

const hostilities: readonly (readonly [string, string, Hostility[1], RegExp])[] = [
  ...[...badMetadata, ...badAnswers].map(at(paths.metadata)),
  ...[...badKeys, ...badAnswers].map(at(paths.keys)),
  ...[...badNames, ...badAnswers].map(at(paths.lists)),
  ...[...badLists, ...badAnswers].map(at(paths.list)),
]

describe('C08 an issuer whose answer', () => {
  let clock: Clock
  let issuer: FakeIssuer
  let guard: Guard
  let faults: string[]

  beforeEach(async () => {
    clock = new Clock()
    issuer = await FakeIssuer.start(clock)
    faults = []
    const onFault = ({ message }: Error) => void faults.push(message)
    const options = { issuer: issuer.url, audience, now: clock.now, onFault }
    guard = createGuardOn(platform, options, clock.schedule)
  })
  afterEach(async () => {
    guard.close()
    await issuer.stop()
  })

  it.each(hostilities)(
    'at %s %s gets no token past a new guard',
    async (path, _, answer, reason) => {
      issuer.answers.set(path, answer(issuer))
      await expect(guard.verify(issuer.token(5))).rejects.toMatchObject(unavailable)
      await until(() => faults.length > 0)
      expect(faults).toEqual([expect.stringMatching(reason)])
      expect(faults[0]).toContain(`${issuer.url}${path}: `)
      expect(issuer.calls).not.toContain('/elsewhere')
    },
  )

  it.each(hostilities)(
    'at %s %s takes nothing from a warm one',
    async (path, _, answer, reason) => {
      const [token, ended] = [issuer.token(5), issuer.token(6)]
      issuer.mark(6, 1)
      await guard.ready()
      issuer.mark(6, 0)
      issuer.answers.set(path, answer(issuer))
      if (path === paths.list) await clock.turn(2)
      else await expect(guard.verify(issuer.token(5, {}, stranger))).rejects.toBeDefined()
      await until(() => faults.length > 0)
      expect(faults).toEqual([expect.stringMatching(reason)])
      await expect(guard.verify(token)).resolves.toBeDefined()
      if (path === paths.list) {
        await expect(guard.verify(ended)).rejects.toMatchObject({ code: 'invalid_token' })
      }
      expect(issuer.calls).not.toContain('/elsewhere')
    },
  )

  it.each(Object.values(paths))('at %s does not come is not waited for', async (path) => {
    issuer.answers.set(path, () => {})
    const answer = expect(guard.verify(issuer.token(5))).rejects.toMatchObject(unavailable)
    await until(() => issuer.calls.includes(path))
    clock.jump(5)
    await answer
    await until(() => faults.length > 0)
    expect(faults).toEqual([`${issuer.url}${path}: no whole answer within 5 s`])
  })

  it.each(Object.values(paths))('at %s comes drop by drop is not waited for', async (path) => {
    let drops = 0
    issuer.answers.set(path, (_request, response) => {
      response.write(' ', () => drops++)
    })
    const answer = expect(guard.verify(issuer.token(5))).rejects.toMatchObject(unavailable)
    await until(() => drops > 0)
    clock.jump(5)
    await answer
    await until(() => faults.length > 0)
    expect(faults).toEqual([`${issuer.url}${path}: no whole answer within 5 s`])
  })

  it.each(['older', 'newer'])(
    'is a list of before a sign-out, %s by its time, does not undo it',
    async (age) => {
      const time = age === 'older' ? {} : { iat: seconds(issuer) + 20, exp: seconds(issuer) + 400 }
      const old = issuer.listToken(0, time)
      await clock.turn(1)
      issuer.mark(5, 1)
      await guard.ready()
      issuer.answers.set(paths.list, text(old))
      const calls = issuer.callsOf(paths.list)
      await clock.turn(5)
      await until(() => issuer.callsOf(paths.list) > calls)
      await expect(guard.verify(issuer.token(5))).rejects.toMatchObject({ code: 'invalid_token' })
      await expect(guard.verify(issuer.token(6))).resolves.toBeDefined()
    },
  )

  it('is a list can not be used as a token', async () => {
    await guard.ready()
    await expect(guard.verify(issuer.listToken(0))).rejects.toMatchObject({ code: 'invalid_token' })
  })
})

it('C08 a guard leaves its issuer by no redirect, to another server neither', async () => {
  const clock = new Clock()
  const [issuer, other] = [await FakeIssuer.start(clock), await FakeIssuer.start(clock)]
  issuer.answers.set(paths.keys, (_request, response) => {
    response.writeHead(307, { location: `${other.url}${paths.keys}` }).end()
  })
  const options = { issuer: issuer.url, audience, now: clock.now }
  const guard = createGuardOn(platform, options, clock.schedule)
  await expect(guard.ready()).rejects.toThrow('status 307')
  expect(other.calls).toEqual([])
  guard.close()
  await Promise.all([issuer.stop(), other.stop()])
})

function at(path: string) {
  return ([what, answer, reason]: Hostility) => [path, what, answer, reason] as const
}

function metadata(issuer: FakeIssuer, other: object): Answer {
  return json({ ...issuer.metadata, ...other })
}

function keySet(issuer: FakeIssuer, ...more: unknown[]): Answer {
  return json({ keys: [...issuer.jwks.keys, ...more] })
}

function names(issuer: FakeIssuer, ...more: unknown[]): Answer {
  return json({ status_lists: [`${issuer.url}${paths.list}`, ...more] })
}

function list(issuer: FakeIssuer, claims: object): Answer {
  return text(issuer.listToken(0, claims))
}

function places(issuer: FakeIssuer, bytes: Uint8Array): Answer {
  return list(issuer, { status_list: { bits: 2, lst: encode(bytes) } })
}

function seconds(issuer: FakeIssuer): number {
  return Math.floor(issuer.clock.now() / 1000)
}

function redirect(status: number): Answer {
  return (_request, response) => void response.writeHead(status, { location: '/elsewhere' }).end()
}

/** Where a copy is held the question is a fair one, and gets no answer here. */
const notModified: Answer = (request, response) => {
  response.writeHead(request.headers['if-none-match'] === undefined ? 304 : 500).end()
}

const endless: Answer = (_request, response) => {
  const more = () => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536, ' ')));
  }
  response.on('drain', more)
  more()
}

const unfolding: Answer = (_request, response) => {
  response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
}

const bomb = gzipSync(Buffer.alloc(20_000_000, ' '))

const broken: Answer = (_request, response) => {
  response.writeHead(200, { 'content-length': '1000' })
  response.write('{"issuer":', () => response.destroy())
}

function privateJwk(): object {
  const { privateKey } = generateKeyPairSync('ed25519')
  return { ...privateKey.export({ format: 'jwk' }), kid: 'private' }
}

function rsaJwk(modulusLength: number): object {
  return generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' })
}

function otherCurve(): object {
  return generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' })
}

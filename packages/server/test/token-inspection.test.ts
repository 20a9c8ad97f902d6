/** What `latchkey token inspect` says of a token; `cli/look.test.ts` runs it. */

import { createGuard } from '@latchkey/guard'
import { testTokens } from '@latchkey/guard/testing'
import { expect, it } from 'vitest'
import { inspectToken } from '../src/core/token-inspection.js'
import { alice, issuer, sharedServer } from './test-server.js'

const serverOf = sharedServer()

/** As in a command's process, which has not heard of what was revoked. */
function inspect(token: string) {
  const { latchkey } = serverOf()
  const { keys, clock } = latchkey
  const guard = createGuard({ keys: keys.verification, issuer, audience: issuer, now: clock })
  return inspectToken(token, { ...latchkey, guard })
}

it('says of a good token what has become of it', async () => {
  const server = serverOf()
  const token = await server.signIn()
  expect(await inspect(token)).toMatchObject({
    valid: true,
    header: { alg: 'EdDSA' },
    claims: { iss: issuer },
  })
  await server.postForm('/revoke', { token })
  expect(await inspect(token)).toMatchObject({
    valid: false,
    reason: 'its session has ended, or what its user or client may do has changed since',
    claims: { iss: issuer },
  })
})

it('says why a token is refused', async () => {
  const server = serverOf()
  const { refresh_token: refresh } = (await server.postForm('/token', alice)).json()
  const [head, payload] = (await server.signIn()).split('.')
  server.pass(-3_600_000)
  const old = await server.signIn()
  server.pass(3_600_000)
  const others = await testTokens({ issuer, audience: issuer })
  const ours = { iss: issuer, aud: issuer }
  const bare = (claims: object) => `${head}.${encode({ ...ours, ...claims })}.AA`
  const reasons: [string, string][] = [
    [refresh, 'it is a refresh token, which only the token endpoint takes'],
    ['a.b', 'it is not a JWT in compact form'],
    [await others.unsigned(), 'it is not signed: its alg is none'],
    [await others.fromAnotherIssuer(), 'another server has issued it'],
    [await others.valid(), 'no key here is the one that it names'],
    [old, 'it has expired'],
    [bare({ aud: ['x', 'y'] }), 'it is for another API'],
    [bare({ nbf: 1e11 }), 'it is not valid yet'],
    [
      `${head}.${payload}.AA`,
      'its signature is not good, a claim that it must have is not there, or it was revoked',
    ],
  ]
  for (const [token, reason] of reasons) {
    expect(await inspect(token)).toMatchObject({ valid: false, reason })
  }
})

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

import { describe, expect, it } from 'vitest'
import { exchange, listen, request } from './raw-http.js'
import { expectRefused } from './refused.js'
import { alice, doors, sharedServer, testServer } from './test-server.js'

const signIn = new URLSearchParams(alice).toString()
const basicChallenge = 'Basic realm="latchkey", charset="UTF-8"'

describe.for(doors)('who the client is at POST %s', (door) => {
  const server = sharedServer()

  it.for([
    ['nothing', {}, ''],
    ['an empty id and an empty secret', {}, '&client_id=&client_secret='],
    ['an empty id and an empty secret by Basic', { authorization: basic(':') }, ''],
    ['its id', {}, '&client_id=first-party'],
    ['its id and an empty secret', {}, '&client_id=first-party&client_secret='],
    ['its id by Basic', { authorization: basic('first-party:') }, ''],
    ['its id by Basic, form-encoded', { authorization: basic('first%2Dparty:') }, ''],
    ['its id by Basic in lower case', { authorization: `basic ${b64('first-party:')}` }, ''],
    ['its id both ways', { authorization: basic('first-party:') }, '&client_id=first-party'],
    ['a Bearer token, which is no client', { authorization: 'Bearer abc' }, ''],
  ] as const)('the built-in one may send %s', async ([, headers, fields]) => {
    const answer = await server().post(door, signIn + fields, { ...headers })
    expect(answer.statusCode).toBe(200)
  })

  it.for([
    ['an unknown id', '&client_id=nobody'],
    ['a known id in capitals', '&client_id=First-Party'],
    ['a secret where there is none', '&client_id=first-party&client_secret=x'],
    ['a secret without an id', '&client_secret=x'],
    ['a name of every object', '&client_id=__proto__'],
    ['an id with a NUL byte', '&client_id=first-party%00'],
  ] as const)(
    'D08 %s is refused, without a challenge for what was not used',
    async ([, fields]) => {
      const answer = await server().post(door, signIn + fields)
      expectRefused(answer, { status: 401, error: 'invalid_client' })
    },
  )

  it.for([
    ['an unknown id', basic('nobody:')],
    ['an unknown id and a secret', basic('nobody:sesame')],
    ['a secret where there is none', basic('first-party:sesame')],
    ['nothing at all', 'Basic'],
    ['nothing after a space', 'Basic '],
    ['no base64', 'Basic ???'],
    ['base64url', `Basic ${Buffer.from('>>>???:').toString('base64url')}`],
    ['base64 with a space in it', 'Basic Zmlyc3Q tcGFydHk6'],
    ['base64 that ends too early', 'Basic Zmlyc'],
    ['base64 with too much padding', `${basic('first-party:')}==`],
    ['no colon', basic('first-party')],
    ['a percent sign alone', basic('first-party%:')],
    ['half an escape', basic('first-party%2:')],
    ['an escape that is no hex', basic('%zz:')],
    ['an escape that is no UTF-8', basic('%ff:')],
    ['an overlong escape', basic('%c0%ae:')],
    ['bytes that are no UTF-8', `Basic ${Buffer.from([0xff, 0x3a]).toString('base64')}`],
    ['a NUL byte', basic('first-party\0:')],
    ['two at once', `${basic('first-party:')}, ${basic('first-party:')}`],
    ['a token of 12 kB', basic(`${'x'.repeat(9000)}:`)],
  ] as const)('D06 Basic credentials with %s are refused', async ([, authorization]) => {
    const answer = await server().post(door, signIn, { authorization })
    expectRefused(answer, { status: 401, error: 'invalid_client', challenge: basicChallenge })
    expect(answer.body).not.toContain('sesame')
  })

  it.for([
    ['a secret in the form', basic('first-party:'), '&client_secret=x'],
    ['id and secret in the form', basic('first-party:'), '&client_id=first-party&client_secret=x'],
    ['another id in the form', basic('first-party:'), '&client_id=nobody'],
    ['another id in the header', basic('nobody:x'), '&client_id=first-party'],
  ] as const)('D05 Basic beside %s is refused', async ([, authorization, fields]) => {
    const answer = await server().post(door, signIn + fields, { authorization })
    expectRefused(answer, { status: 400, error: 'invalid_request' })
  })
})

describe.for(doors)('over a real connection, POST %s', (door) => {
  it.for([
    ['the same twice', basic('first-party:'), basic('first-party:')],
    ['two clients', basic('first-party:'), basic('nobody:x')],
    ['Basic and Bearer', basic('first-party:'), 'Bearer abc'],
    ['Bearer and Basic', 'Bearer abc', basic('nobody:x')],
  ] as const)('B19 refuses two Authorization headers: %s', async ([, first, second]) => {
    const { app } = await testServer()
    const answer = await exchange(
      await listen(app),
      request(
        `POST ${door}`,
        [
          `Authorization: ${first}`,
          'Content-Type: application/x-www-form-urlencoded',
          `Content-Length: ${signIn.length}`,
          `authorization: ${second}`,
        ],
        signIn,
      ),
    )
    expect(answer.status).toBe(400)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(JSON.parse(answer.body)).toEqual({
      error: 'invalid_request',
      error_description: 'There are two Authorization headers',
      detail: 'There are two Authorization headers',
    })
  })
})

function basic(credentials: string): string {
  return `Basic ${b64(credentials)}`
}

function b64(text: string): string {
  return Buffer.from(text).toString('base64')
}

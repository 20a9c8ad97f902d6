import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { type ExpectedRefusal, expectRefused } from './refused.js'
import { alice, type Door, doors, sharedServer, testServer } from './test-server.js'

type Pairs = readonly (readonly [name: string, value: string])[]

const good: Pairs = Object.entries(alice)
const formEncoded = 'application/x-www-form-urlencoded'

for (const database of databases) {
  describe.for(doors)(`POST %s on ${database.name}`, (door) => {
    const server = sharedServer(async () => ({ databaseUrl: await database.url() }), {
      scopes: ['items:read'],
    })

    it('D04 answers a sign-in with a token that no cache keeps', async () => {
      const answer = await server().postForm(door, { ...alice, grant_type: 'password' })
      expect(answer.statusCode).toBe(200)
      expect(answer.headers).toMatchObject({
        'content-type': expect.stringMatching(/^application\/json\b/),
        'cache-control': 'no-store',
        pragma: 'no-cache',
        'x-content-type-options': 'nosniff',
      })
      expect(answer.json()).toEqual({
        access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        token_type: 'bearer',
        expires_in: 1800,
        refresh_token: expect.stringMatching(/^lkr_[\w-]{87}$/),
        scope: 'account items:read',
      })
    })

    it('H07 answers a wrong password and an unknown user alike', async () => {
      for (const wrong of [{ password: 'another password' }, { username: 'nobody' }]) {
        expectRefused(await server().postForm(door, { ...alice, ...wrong }), wrongCredentials(door))
      }
    })
  })
}

const refusals: readonly {
  when: string
  send: Pairs | string | Buffer
  headers?: Record<string, string>
  settings?: Parameters<typeof testServer>[0]
  answer: (door: Door) => ExpectedRefusal
}[] = [
  {
    when: 'the username is missing',
    send: [['password', alice.password]],
    answer: (door) => missing(door, 'username'),
  },
  {
    when: 'the password is missing',
    send: [['username', alice.username]],
    answer: (door) => missing(door, 'password'),
  },
  {
    when: 'both are missing',
    send: [['grant_type', 'password']],
    answer: (door) => missing(door, 'username', 'password'),
  },
  {
    when: 'both are empty',
    send: 'username=&password=',
    answer: (door) => missing(door, 'username', 'password'),
  },
  {
    when: 'both are there without a value',
    send: 'username&password',
    answer: (door) => missing(door, 'username', 'password'),
  },
  {
    when: 'the body is empty',
    send: '',
    answer: (door) => missing(door, 'username', 'password'),
  },
  {
    when: 'the body is over 16 kB',
    send: `${form(good)}&x=${'x'.repeat(16 * 1024)}`,
    answer: () => ({ status: 413, error: 'invalid_request' }),
  },
  {
    when: 'the body is 1 MB',
    send: Buffer.alloc(1024 * 1024, 'a'),
    answer: () => ({ status: 413, error: 'invalid_request' }),
  },
  {
    when: 'the body is plain text',
    send: good,
    headers: { 'content-type': 'text/plain' },
    answer: () => ({ status: 415, error: 'invalid_request' }),
  },
  {
    when: 'the body is of a type that only begins like a known one',
    send: good,
    headers: { 'content-type': `${formEncoded}x` },
    answer: () => ({ status: 415, error: 'invalid_request' }),
  },
  {
    when: 'the body has no type',
    send: good,
    headers: { 'content-type': '' },
    answer: () => ({ status: 415, error: 'invalid_request' }),
  },
  {
    when: 'the type has no sense at all',
    send: good,
    headers: { 'content-type': ';;;/' },
    answer: () => ({ status: 415, error: 'invalid_request' }),
  },
  {
    when: 'the grant type is unknown',
    send: [...good, ['grant_type', 'urn:example:unknown']],
    answer: () => ({ status: 400, error: 'unsupported_grant_type' }),
  },
  {
    when: 'the grant type is written otherwise',
    send: [...good, ['grant_type', 'Password']],
    answer: () => ({ status: 400, error: 'unsupported_grant_type' }),
  },
  {
    when: 'the grant type is the name of an inherited property',
    send: [...good, ['grant_type', '__proto__']],
    answer: () => ({ status: 400, error: 'unsupported_grant_type' }),
  },
  {
    when: 'the password grant is switched off',
    send: [...good, ['grant_type', 'password']],
    settings: { passwordGrant: 'off' },
    answer: () => ({ status: 400, error: 'unsupported_grant_type' }),
  },
  {
    when: 'the password grant is switched off and no grant type is named',
    send: good,
    settings: { passwordGrant: 'off' },
    answer: (door) => missing(door, 'grant_type'),
  },
  {
    when: 'the client is unknown',
    send: [...good, ['client_id', 'nobody']],
    answer: () => ({ status: 401, error: 'invalid_client' }),
  },
  {
    when: 'the built-in client is switched off and no client is named',
    send: good,
    settings: { firstPartyClient: 'off' },
    answer: () => ({ status: 401, error: 'invalid_client' }),
  },
  {
    when: 'the built-in client is switched off and named',
    send: [...good, ['client_id', 'first-party']],
    settings: { firstPartyClient: 'off' },
    answer: () => ({ status: 401, error: 'invalid_client' }),
  },
  {
    when: 'a scope is asked for that the user does not have',
    send: [...good, ['scope', 'account items:write']],
    answer: () => ({ status: 400, error: 'invalid_scope' }),
  },
  {
    when: 'a scope is asked for that no scope can be called',
    send: [...good, ['scope', 'account\t"é\\']],
    answer: () => ({ status: 400, error: 'invalid_scope' }),
  },
  {
    when: 'a scope is asked for that only an admin has',
    send: [...good, ['scope', 'admin']],
    answer: () => ({ status: 400, error: 'invalid_scope' }),
  },
]

describe.for(doors)('what POST %s refuses', (door) => {
  const shared = sharedServer()

  it.for(refusals)('D03 when $when', async ({ send, headers = {}, settings, answer }) => {
    const server = settings === undefined ? shared() : await testServer(settings)
    const sent = typeof send === 'string' || Buffer.isBuffer(send) ? send : form(send)
    const refused = await server.post(door, sent, headers)
    expectRefused(refused, answer(door))
    expect(refused.body).not.toContain(alice.password)
  })

  it.for([
    ['username', 'username=alice&username=bob&password=x'],
    ['password', `${form(good)}&password=x`],
    ['scope', `${form(good)}&scope=a&scope=b`],
    ['client_id', `${form(good)}&client_id=first-party&client_id=first-party`],
    ['grant_type', `${form(good)}&grant_type=&grant_type=password`],
    ['extra', `${form(good)}&extra=1&extra=2`],
    ['username', `${form(good)}&%75sername=bob`],
  ] as const)('D02 names the field %s when it is sent twice', async ([name, body]) => {
    const answer = await shared().post(door, body)
    expectRefused(answer, { status: 400, error: 'invalid_request' })
    expect(answer.json().error_description).toBe(`"${name}" is given twice`)
  })
})

/** One fault for each check, in the contract's order; the first of two must decide. */
const faults: readonly {
  name: string
  change: Pairs
  without?: string
  mediaType?: string
  answer: (door: Door) => ExpectedRefusal
}[] = [
  {
    name: 'media type',
    change: [],
    mediaType: 'text/plain',
    answer: () => ({ status: 415, error: 'invalid_request' }),
  },
  {
    name: 'size',
    change: [['filling', 'x'.repeat(16 * 1024)]],
    answer: () => ({ status: 413, error: 'invalid_request' }),
  },
  {
    name: 'repeats',
    change: [
      ['twice', '1'],
      ['twice', '2'],
    ],
    answer: () => ({
      status: 400,
      error: 'invalid_request',
      description: '"twice" is given twice',
    }),
  },
  {
    name: 'client',
    change: [['client_id', 'nobody']],
    answer: () => ({ status: 401, error: 'invalid_client' }),
  },
  {
    name: 'grant known',
    change: [['grant_type', 'foo']],
    answer: () => ({ status: 400, error: 'unsupported_grant_type' }),
  },
  {
    name: 'fields',
    change: [],
    without: 'username',
    answer: (door) => missing(door, 'username'),
  },
  {
    name: 'credentials',
    change: [['password', 'a wrong password']],
    without: 'password',
    answer: wrongCredentials,
  },
  {
    name: 'scope',
    change: [['scope', 'nobody:has-it']],
    answer: () => ({ status: 400, error: 'invalid_scope' }),
  },
]

const pairsOfFaults = faults.flatMap((first, at) =>
  faults.slice(at + 1).map((second) => ({ first, second })),
)

describe.for(doors)('the order of checks at POST %s', (door) => {
  const server = sharedServer()

  it.for(pairsOfFaults)('puts $first.name before $second.name', async ({ first, second }) => {
    const fields = good
      .filter(([name]) => name !== first.without && name !== second.without)
      .concat(first.change, second.change)
    const mediaType = first.mediaType ?? second.mediaType ?? formEncoded
    const answer = await server().post(door, form(fields), { 'content-type': mediaType })
    expectRefused(answer, first.answer(door))
  })

  it('puts the media type before the size where there is no type at all', async () => {
    for (const payload of ['x', form(good), 'x'.repeat(17 * 1024)]) {
      const answer = await server().app.inject({ method: 'POST', url: door, payload })
      expectRefused(answer, { status: 415, error: 'invalid_request' })
    }
  })

  it('needs no media type where there is no body', async () => {
    const answer = await server().app.inject({ method: 'POST', url: door })
    expectRefused(answer, missing(door, 'username', 'password'))
  })
})

describe.for(doors)('scopes at POST %s', (door) => {
  const scopes = ['items:read', 'items:write', 'admin', 'introspect']
  const server = sharedServer({}, { scopes })

  it.for([
    [undefined, 'account items:read items:write'],
    ['', 'account items:read items:write'],
    ['items:read', 'items:read'],
    ['items:write  items:read items:read', 'items:read items:write'],
    ['admin', 'admin'],
    ['introspect account', 'account introspect'],
  ] as const)('A08 answers a request for %j with %j', async ([scope, expected]) => {
    const answer = await server().postForm(door, {
      ...alice,
      ...(scope !== undefined && { scope }),
    })
    expect(answer.json().scope).toBe(expected)
  })

  it.for(['nobody:has-it', 'items', 'items:read2', 'ITEMS:READ', 'items:read nobody:has-it'])(
    'A08 refuses %j as a whole',
    async (scope) => {
      const answer = await server().postForm(door, { ...alice, scope })
      expectRefused(answer, { status: 400, error: 'invalid_scope' })
    },
  )
})

const otherMethods = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const
const bodies = [
  undefined,
  { type: formEncoded, text: form(good) },
  { type: 'application/json', text: '{"broken' },
  { type: 'text/plain', text: 'x' },
] as const

describe('methods that a path does not have', () => {
  const server = sharedServer()

  it.for(doors)('J06 are answered 405 at %s, whatever the body', async (door) => {
    const { app } = server()
    for (const method of otherMethods) {
      for (const body of bodies) {
        const answer = await app.inject({ method, url: door, ...withBody(body) })
        expect([method, answer.statusCode]).toEqual([method, 405])
        expect(answer.headers).toMatchObject({ allow: 'POST', 'cache-control': 'no-store' })
        if (method === 'HEAD') continue
        expect(answer.json()).toEqual({
          error: 'invalid_request',
          error_description: 'Method Not Allowed',
          detail: 'Method Not Allowed',
        })
      }
    }
  })

  it.for([
    ['/users/me', 'GET, PATCH, DELETE'],
    ['/items/', 'GET'],
    ['/.well-known/jwks.json', 'GET'],
    ['/healthz', 'GET'],
    ['/readyz', 'GET'],
    ['/metrics', 'GET'],
  ] as const)('J06 are answered 405 at %s, whatever the body', async ([url, allow]) => {
    const { app } = server()
    const methods = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
    for (const method of methods.filter((one) => !allow.includes(one))) {
      for (const body of bodies) {
        const answer = await app.inject({ method, url, ...withBody(body) })
        expect([method, answer.statusCode]).toEqual([method, 405])
        expect(answer.headers).toMatchObject({
          allow,
          'content-type': expect.stringMatching(/^application\/problem\+json\b/),
        })
        expect(answer.json()).toEqual({
          type: 'about:blank',
          title: 'Method Not Allowed',
          status: 405,
          detail: 'Method Not Allowed',
        })
      }
    }
  })
})

describe('paths that are not quite right', () => {
  const server = sharedServer()

  it.for([
    ['/items', '/items/'],
    ['/items?a=1&b=%2F', '/items/?a=1&b=%2F'],
    ['/users/me/', '/users/me'],
    ['/users/me/?x=//example.com', '/users/me?x=//example.com'],
  ] as const)('%s is sent on to %s, for every method and body', async ([from, to]) => {
    const { app } = server()
    for (const method of ['GET', 'POST', 'PUT', 'DELETE'] as const) {
      for (const body of bodies) {
        const headers = { host: 'evil.example' }
        const { payload, ...rest } = { ...withBody(body) }
        const answer = await app.inject({
          method,
          url: from,
          headers: { ...headers, ...rest.headers },
          ...(payload !== undefined && { payload }),
        })
        expect([method, answer.statusCode]).toEqual([method, 307])
        expect(answer.headers.location).toBe(to)
      }
    }
  })

  it.for(['/', '/nowhere', '/token/', '/oauth/token/', '/users/', '/users/you', '//token', '/%'])(
    'J06 %s is answered without a word about what runs here',
    async (url) => {
      const { app } = server()
      for (const body of bodies) {
        const answer = await app.inject({ method: 'POST', url, ...withBody(body) })
        expect([url, answer.statusCode]).toEqual([url, 404])
        expect(answer.headers['content-type']).toMatch(/^application\/problem\+json\b/)
        expect(answer.headers).not.toHaveProperty('server')
        expect(answer.headers).not.toHaveProperty('x-powered-by')
        expect(answer.body).not.toMatch(/fastify|latchkey|node/i)
        expect(answer.json().detail).toBe('Not Found')
      }
    },
  )
})

function form(fields: Pairs): string {
  return new URLSearchParams(fields.map(([name, value]) => [name, value])).toString()
}

function withBody(body: (typeof bodies)[number]): {
  headers?: Record<string, string>
  payload?: string
} {
  return body === undefined ? {} : { headers: { 'content-type': body.type }, payload: body.text }
}

function missing(door: Door, ...fields: string[]): ExpectedRefusal {
  return door === '/token'
    ? { status: 422, error: 'invalid_request', missing: fields }
    : { status: 400, error: 'invalid_request' }
}

function wrongCredentials(door: Door): ExpectedRefusal {
  const description = 'Incorrect username or password'
  return door === '/token'
    ? { status: 401, error: 'invalid_grant', description, challenge: 'Bearer' }
    : { status: 400, error: 'invalid_grant', description }
}

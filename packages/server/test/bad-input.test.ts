import { randomUUID } from 'node:crypto'
import type { LightMyRequestResponse } from 'fastify'
import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { exchange, listen, request } from './raw-http.js'
import { expectRefused } from './refused.js'
import { alice, doors, sharedServer, type TestServer, testServer } from './test-server.js'

const signIn = new URLSearchParams(alice).toString()
const utf8Part = 'Content-Type: text/plain; charset=utf-8\r\n'

describe.for(doors)('text that is no UTF-8 at POST %s', (door) => {
  const server = sharedServer()

  it.for([
    ['username', 'username=%ff&password=x'],
    ['username', 'username=a%c0%ae&password=x'],
    ['username', 'username=%ED%A0%80&password=x'],
    ['username', 'username=%F4%90%80%80&password=x'],
    ['username', 'username=%e2%82&password=x'],
    ['password', 'username=alice&password=%80'],
    ['scope', `${signIn}&scope=%fe`],
    ['client_id', `${signIn}&client_id=%ff`],
    ['client_secret', `${signIn}&client_secret=%ff`],
    ['extra', `${signIn}&extra=%ff`],
    ['%ff', `${signIn}&%ff=x`],
    ['username', Buffer.from('username=\xff&password=x', 'latin1')],
    ['password', Buffer.from('username=alice&password=\xe9', 'latin1')],
    ['password', Buffer.from('username=alice&password=\xed\xa0\x80', 'latin1')],
  ] as const)('is refused by the name of its field: %s in %j', async ([name, body]) => {
    const answer = await server().post(door, body)
    expectRefused(answer, {
      status: 400,
      error: 'invalid_request',
      description: `"${name}" is not text in UTF-8`,
    })
  })
})

describe('a stray percent sign', () => {
  const server = sharedServer({}, { password: '100% & 5%zz of it' })

  it('stands for itself, as in every browser', async () => {
    const answer = await server().post('/token', 'username=alice&password=100%+%26+5%zz+of%20it')
    expect(answer.statusCode).toBe(200)
  })
})

for (const database of databases) {
  describe(`NUL bytes on ${database.name}`, () => {
    const server = sharedServer(async () => ({
      databaseUrl: await database.url(),
      failuresPerName: '1000/10s',
    }))

    it.for(['username', 'password', 'scope', 'client_id', 'client_secret', 'grant_type', 'extra'])(
      'in %s never reach the database',
      async (name) => {
        for (const door of doors) {
          const before = new URLSearchParams(alice)
          for (const value of [
            '\0',
            'alice\0',
            '\0alice',
            'a\0@example.com',
            `${alice.password}\0`,
          ]) {
            before.set(name, value)
            const answer = await server().post(door, before.toString())
            const fine = name === 'extra' ? 200 : expect.toBeOneOf([400, 401])
            expect([name, value, answer.statusCode]).toEqual([name, value, fine])
          }
        }
      },
    )

    it('in a password are part of it', async () => {
      const user = { username: randomUUID(), password: 'before\0after it all' }
      await server().addUser(user)
      expect((await server().postForm('/token', user)).statusCode).toBe(200)
      for (const password of ['before', 'before\0', 'before\0after it al']) {
        expect((await server().postForm('/token', { ...user, password })).statusCode).toBe(401)
      }
    })
  })
}

describe.for(doors)('long passwords at POST %s', (door) => {
  const server = sharedServer({}, { password: 'é'.repeat(512) })
  const wrong =
    door === '/token'
      ? { status: 401, error: 'invalid_grant', challenge: 'Bearer' }
      : { status: 400, error: 'invalid_grant' }

  it('G02 1,024 bytes are taken whole', async () => {
    const password = 'é'.repeat(512)
    expect((await server().postForm(door, { ...alice, password })).statusCode).toBe(200)
    const other = `${'é'.repeat(511)}ab`
    expectRefused(await server().postForm(door, { ...alice, password: other }), wrong)
  })

  it.for([
    ['1,025', `${'é'.repeat(512)}a`],
    ['1,026', 'é'.repeat(513)],
    ['4,096', 'é'.repeat(2048)],
    ['1,025 in its normal form', `${'a'.repeat(1007)}\u{FDFA}`],
  ] as const)('G02 %s bytes are a wrong password, and cost as much', async ([, password]) => {
    const { latchkey, postForm } = server()
    const before = latchkey.passwords.hashed
    expectRefused(await postForm(door, { ...alice, password }), {
      ...wrong,
      description: 'Incorrect username or password',
    })
    expect(latchkey.passwords.hashed - before).toBe(1)
  })
})

describe('usernames that look alike', () => {
  const server = sharedServer()

  it.for([
    ['in capitals', 'ALICE'],
    ['in full width', 'ａｌｉｃｅ'],
    ['in mathematical letters', '𝓪𝓵𝓲𝓬𝓮'],
    ['with a sign that folds to letters', 'al\u2170ce'],
  ] as const)('H09 are the same user: %s', async ([, username]) => {
    expect((await server().postForm('/token', { ...alice, username })).statusCode).toBe(200)
  })

  it.for([
    ['a Cyrillic letter', '\u0430lice'],
    ['a zero-width space', 'alice\u200b'],
    ['a space at the end', 'alice '],
    ['a no-break space', 'alice\u00a0'],
    ['a control character', 'alice\u0007'],
    ['a mark that turns the direction', '\u202ealice'],
    ['a combining accent', 'alice\u0301'],
    ['a lone surrogate', 'alice\ud800'],
  ] as const)('H09 are nobody: %s', async ([, username]) => {
    const { postForm, latchkey } = server()
    expect((await postForm('/token', { ...alice, username })).statusCode).toBe(401)
    const taken = latchkey.users.add(
      { ...alice, username: username.slice(0, 8) },
      { actor: 'test' },
    )
    if (username !== 'alice\u0301') await expect(taken).rejects.toThrow()
  })

  it.for(['ALICE', 'ａｌｉｃｅ', 'Alice', 'al\u2170ce'])(
    'H09 can not be had beside each other: %s',
    async (username) => {
      await expect(server().addUser({ username })).rejects.toMatchObject({ code: 'username_taken' })
    },
  )
})

describe('multipart bodies at POST /token', () => {
  const server = sharedServer({}, { username: 'zoë', password: 'pässwörter 🔑 sind' })
  const fields = [part('username', 'zoë'), part('password', 'pässwörter 🔑 sind')]

  it.for([
    ['plain', multipart(...fields)],
    ['with a charset in a part', multipart(part('username', 'zoë', utf8Part), fields[1] ?? '')],
    ['with a part that nobody asked for', multipart(...fields, part('extra', ''))],
    ['with an empty optional part', multipart(...fields, part('scope', ''))],
    ['with text before and after', `Hello\r\n${multipart(...fields)}Good bye\r\n`],
    ['with names that are not quoted', multipart(...fields).replaceAll(/name="(\w+)"/g, 'name=$1')],
    ['with blanks after the boundary', multipart(...fields).replaceAll('--b\r\n', '--b \t\r\n')],
    ['without a line at the end', multipart(...fields).trimEnd()],
  ] as const)('sign in: %s', async ([, body]) => {
    const answer = await send(server(), body)
    expect(answer.statusCode).toBe(200)
  })

  it.for([
    ['a file', multipart(fields[0] ?? '', file('password'))],
    ['a file of no size', multipart(...fields, file('extra', ''))],
    ['a field twice', multipart(...fields, part('username', 'bob'))],
    ['an end that is missing', `--b\r\n${fields[0]}`],
    ['another boundary', multipart(...fields).replaceAll('--b', '--c')],
    ['a part without a name', multipart(...fields, '\r\nx')],
    ['a part without an empty line', multipart('Content-Disposition: form-data; name="username"')],
    ['a part that is no field', multipart('Content-Disposition: attachment; name="a"\r\n\r\nx')],
    ['a name that does not end', multipart('Content-Disposition: form-data; name="a\r\n\r\nx')],
    ['two names', multipart('Content-Disposition: form-data; name="a"; name="b"\r\n\r\nx')],
    ['quotes without an end', multipart(part(`a${'\\"'.repeat(7000)}\\`, 'x'))],
    ['bare line feeds', multipart(...fields).replaceAll('\r\n', '\n')],
    ['a name that is no UTF-8', Buffer.from(multipart(part('\xff', 'x')), 'latin1')],
    ['text that is no multipart', 'username=zo&password=x'],
    ['nothing but a boundary', '--b'],
    ['text that is no UTF-8', Buffer.from(multipart(part('username', '\xff')), 'latin1')],
  ] as const)('are refused with %s', async ([, body]) => {
    expectRefused(await send(server(), body), { status: 400, error: 'invalid_request' })
  })

  it.for([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=""',
    'multipart/form-data; xboundary=b',
    `multipart/form-data; boundary=${'b'.repeat(71)}`,
  ])('are refused without a boundary: %s', async (type) => {
    const answer = await send(server(), multipart(...fields), type)
    expectRefused(answer, { status: 400, error: 'invalid_request' })
  })

  it.for(['boundary="b"', 'charset=utf-8; boundary=b', 'Boundary=b; charset=utf-8'])(
    'may name their boundary as %s',
    async (parameters) => {
      const type = `Multipart/Form-Data; ${parameters}`
      expect((await send(server(), multipart(...fields), type)).statusCode).toBe(200)
    },
  )

  it('keep a byte order mark, as the other form does', async () => {
    const marked = { username: 'marked', password: '\ufeffa mark before it' }
    await server().addUser(marked)
    const body = multipart(part('username', 'marked'), part('password', marked.password))
    expect((await send(server(), body)).statusCode).toBe(200)
    expect((await server().postForm('/token', marked)).statusCode).toBe(200)
  })

  it('may hold the boundary itself within a line', async () => {
    const close = { username: 'close', password: 'a--b and b--' }
    await server().addUser(close)
    const body = multipart(part('username', 'close'), part('password', close.password))
    expect((await send(server(), body)).statusCode).toBe(200)
  })

  it('name the file that is one too many', async () => {
    const answer = await send(server(), multipart(...fields, file('avatar')))
    expect(answer.json().error_description).toMatch(/"avatar".*file/)
  })

  it('are not taken at /oauth/token', async () => {
    const answer = await send(server(), multipart(...fields), undefined, '/oauth/token')
    expectRefused(answer, { status: 415, error: 'invalid_request' })
  })
})

describe.for(doors)('JSON at POST %s', (door) => {
  const server = sharedServer()

  it.for([
    '{"username":"alice","password":"x"}',
    '{',
    '[]',
    'null',
    '"\ud800"',
    '\0',
    '{"__proto__":1}',
  ])('is not read: %j', async (body) => {
    const answer = await server().post(door, body, { 'content-type': 'application/json' })
    expectRefused(
      answer,
      door === '/token'
        ? { status: 422, error: 'invalid_request', missing: ['username', 'password'] }
        : { status: 415, error: 'invalid_request' },
    )
  })
})

describe('requests that no HTTP library would send', () => {
  const ok = 'username=a&password=b'
  const form = 'Content-Type: application/x-www-form-urlencoded'

  it.for([
    [
      'both Transfer-Encoding and Content-Length',
      ['Transfer-Encoding: chunked', `Content-Length: ${ok.length}`],
      `15\r\n${ok}\r\n0\r\n\r\n`,
    ],
    ['two different lengths', [`Content-Length: ${ok.length}`, 'Content-Length: 1'], ok],
    ['a length that is no number', ['Content-Length: 0x15'], ok],
    ['a folded header', [`Content-Length: ${ok.length}`, 'X-Folded: a\r\n b'], ok],
    ['a space before the colon', [`Content-Length : ${ok.length}`], ok],
    ['a NUL byte in a header', [`Content-Length: ${ok.length}`, 'X-Nul: a\0b'], ok],
    ['a bare CR in a header', [`Content-Length: ${ok.length}`, 'X-Cr: a\rb'], ok],
    ['a broken chunk', ['Transfer-Encoding: chunked'], `zz\r\n${ok}\r\n0\r\n\r\n`],
    ['an unknown Transfer-Encoding', ['Transfer-Encoding: chunked, identity'], ok],
  ] as const)('J05 are refused: %s', async ([, headers, body]) => {
    const { app } = await testServer()
    const answer = await exchange(
      await listen(app),
      request('POST /token', [form, ...headers], body),
    )
    expect(answer.status).toBe(400)
  })

  it('J05 are refused: bare line feeds', async () => {
    const { app } = await testServer()
    const text = request('POST /token', [form, `Content-Length: ${ok.length}`], ok)
    const answer = await exchange(await listen(app), text.replaceAll('\r\n', '\n'))
    expect(answer.status).toBe(400)
  })

  it('J05 are refused: TRACE', async () => {
    const { app } = await testServer()
    const answer = await exchange(await listen(app), request('TRACE /token', ['X-Secret: canary']))
    expect(answer.status).toBe(405)
    expect(answer.body).not.toContain('canary')
  })

  it('J01 are refused: headers of more than 16 kB', async () => {
    const { app } = await testServer()
    const answer = await exchange(
      await listen(app),
      request('GET /users/me', [`Authorization: Bearer ${'x'.repeat(17 * 1024)}`]),
    )
    expect(answer.status).toBe(431)
  })

  it.for([
    ['with its length', ['Content-Length: 1048576'], 'x'.repeat(1024 * 1024)],
    [
      'in chunks',
      ['Transfer-Encoding: chunked'],
      `${`8000\r\n${'x'.repeat(0x8000)}\r\n`.repeat(32)}0\r\n\r\n`,
    ],
    ['that is only announced', ['Content-Length: 1048576'], ''],
  ] as const)('J01 are refused: a body of 1 MB %s', async ([, headers, body]) => {
    const { app } = await testServer()
    const answer = await exchange(
      await listen(app),
      request('POST /token', [form, ...headers], body),
    )
    expect(answer.status).toBe(413)
    expect(JSON.parse(answer.body)).toMatchObject({ error: 'invalid_request' })
  })

  it('J02 do not hold a connection for long', async () => {
    const { app } = await testServer()
    expect(app.server).toMatchObject({ headersTimeout: 5000, requestTimeout: 10_000 })
  })
})

function send(
  server: TestServer,
  body: string | Buffer,
  type = 'multipart/form-data; boundary=b',
  door = '/token',
): Promise<LightMyRequestResponse> {
  return server.post(door, body, { 'content-type': type })
}

function multipart(...parts: string[]): string {
  return `${parts.map((text) => `--b\r\n${text}\r\n`).join('')}--b--\r\n`
}

function part(name: string, value: string, headers = ''): string {
  return `Content-Disposition: form-data; name="${name}"\r\n${headers}\r\n${value}`
}

function file(name: string, content = 'x'): string {
  return `Content-Disposition: form-data; name="${name}"; filename="f.txt"\r\nContent-Type: text/plain\r\n\r\n${content}`
}

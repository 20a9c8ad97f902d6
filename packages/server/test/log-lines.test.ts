/** Checklist K02: whatever is sent, one event is one line of valid JSON, and no terminal obeys any of it. */

import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { lineLogger, readableLogger } from '../src/cli/logger.js'
import { exchange, listen } from './raw-http.js'
import { alice, testServer } from './test-server.js'
import { sendJson } from './token-requests.js'
import { readVectors, vectorsAbsent } from './vectors.js'

const commands = [
  '\u001b[2J\u001b]0;title\u0007',
  '\u009b31mred\u009b0m',
  '\r\n{"level":30,"msg":"forged"}',
  '\u2028\u2029\u0085',
  '\u202e\u2066\u200f\u061c',
  '\u0000\u0008\u007f',
  '\ud800',
  '\\u001b[2J',
]
const strings: string[] = vectorsAbsent
  ? commands
  : [...commands, ...JSON.parse(readVectors('naughty-strings/blns.json'))]

describe('K02 each entry is one line, whatever is sent', () => {
  it.for(['username', 'password', 'scope', 'client_id', 'client_secret', 'grant_type'])(
    'as %s',
    { timeout: 60_000 },
    async (name) => {
      const server = await testServer()
      await server.addUser()
      for (const batch of chunks(strings, 8)) {
        const answers = await Promise.all(
          batch.map((text) => server.postForm('/token', { ...alice, [name]: text })),
        )
        for (const [at, { statusCode }] of answers.entries()) {
          const status = expect.toBeOneOf([200, 400, 401, 422, 429])
          expect([batch[at], statusCode]).toEqual([batch[at], status])
        }
      }
      expectLines(server.log, strings.length)
    },
  )

  it.for([
    ['/oauth/token', 'refresh_token'],
    ['/revoke', 'token'],
    ['/introspect', 'token'],
  ] as const)('at %s as a %s', { timeout: 60_000 }, async ([url, name]) => {
    const server = await testServer()
    for (const text of strings) {
      const fields = { ...(name === 'refresh_token' && { grant_type: name }), [name]: text }
      const { statusCode } = await server.postForm(url, fields)
      expect([text, statusCode]).toEqual([text, expect.toBeOneOf([200, 400, 401])])
    }
    expectLines(server.log, strings.length)
  })

  it('as the name of a field, also of one that comes twice', { timeout: 60_000 }, async () => {
    const server = await testServer({ registration: 'open' })
    for (const text of strings) {
      const twice = new URLSearchParams([...Object.entries(alice), [text, ''], [text, '']])
      const answers = [
        await server.post('/token', twice.toString()),
        await sendJson(server, 'POST', '/users', '', { ...alice, [text]: text }),
      ]
      for (const { statusCode } of answers) {
        expect([text, statusCode]).toEqual([text, expect.toBeOneOf([201, 400, 401, 409, 422, 429])])
      }
    }
    expectLines(server.log, strings.length)
  })

  it('as what an admin writes and looks for', { timeout: 60_000 }, async () => {
    const server = await testServer()
    await server.addUser({ scopes: ['admin'] })
    const token = await server.signIn({ scope: 'admin' })
    for (const [at, text] of strings.entries()) {
      const answers = [
        await sendJson(server, 'POST', '/admin/users', token, { username: text }),
        await sendJson(server, 'POST', '/admin/clients', token, { id: `client-${at}`, name: text }),
        await sendJson(server, 'GET', `/admin/users?search=${escaped(text)}`, token),
        await sendJson(server, 'DELETE', `/admin/users/${escaped(text)}`, token),
      ]
      for (const { statusCode } of answers) expect([text, statusCode < 500]).toEqual([text, true])
    }
    expectLines(server.log, strings.length)
  })

  it('as headers of a sign-in, byte by byte', { timeout: 60_000 }, async () => {
    const server = await testServer({ trustedProxies: '1' })
    await server.addUser()
    const port = await listen(server.app)
    const fine = [200, 400, 401, 403, 413, 415, 422, 429]
    for (const batch of chunks(strings, 8)) {
      const statuses = await Promise.all(
        batch.map(async (text) => (await exchange(port, signInWith(text))).status),
      )
      for (const [at, status] of statuses.entries()) {
        expect([batch[at], status]).toEqual([batch[at], expect.toBeOneOf(fine)])
      }
    }
    expectLines(server.log, strings.length / 2)
  })

  it.for([
    ['/users', 'username'],
    ['/users', 'email'],
    ['/password-resets', 'email'],
    ['/email-verifications', 'email'],
  ] as const)('as JSON at %s, its %s', { timeout: 60_000 }, async ([url, name]) => {
    const server = await testServer({ registration: 'open' })
    for (const text of strings) {
      const body = { username: 'somebody', password: 'a wholly other sentence', [name]: text }
      const { statusCode } = await sendJson(server, 'POST', url, '', body)
      expect([text, statusCode]).toEqual([
        text,
        expect.toBeOneOf([201, 202, 400, 401, 409, 422, 429]),
      ])
    }
    expectLines(server.log, strings.length)
  })

  it('as a path, a query and headers, byte by byte', { timeout: 60_000 }, async () => {
    const server = await testServer({ trustedProxies: '1' })
    const port = await listen(server.app)
    for (const batch of chunks(strings, 16)) {
      const statuses = await Promise.all(
        batch.map(async (text) => (await exchange(port, requestWith(text))).status),
      )
      for (const [at, status] of statuses.entries()) {
        expect([batch[at], status]).toEqual([batch[at], expect.toBeOneOf([400, 404, 414])])
      }
    }
    expectLines(server.log, strings.length / 2)
  })
})

describe('K02 the log of the program', () => {
  it('says in a line of JSON what was given to it', () => {
    const lines: string[] = []
    const log = lineLogger('info', { write: (line) => void lines.push(line) })
    for (const text of strings) {
      log.info({ path: text, nested: { [text]: text }, err: new Error(text) }, text)
      log.child({ reqId: text }).error(text)
    }
    expectLines(lines, 2 * strings.length)
    for (const [at, text] of strings.entries()) {
      const { path, msg } = JSON.parse(lines[2 * at] ?? '')
      expect([path, msg]).toEqual([text, text])
    }
  })

  it('shows on a terminal what was given to it, and lets it do nothing there', async () => {
    let shown = ''
    const destination = new Writable({
      write(chunk, _encoding, done) {
        shown += chunk
        done()
      },
    })
    const log = await readableLogger('info', destination)
    for (const text of strings) {
      log.info({ path: text, nested: { [text]: text }, err: new Error(text) }, text)
      log.child({ reqId: text }).error(text)
    }
    log.info('the end')
    await expect.poll(() => shown).toContain('the end')
    expect(shown.replace(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
    expect(shown).toContain('\\u001b[2J')
  })
})

/** As a browser writes it, byte by byte. */
function escaped(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
}

/** What ends a line, and NUL, would end the request. */
function asHeader(text: string): string {
  return text.replace(/[\r\n\0]/g, '')
}

/** As bytes in UTF-8. */
function signInWith(text: string): Buffer {
  const value = asHeader(text)
  const body = new URLSearchParams(alice).toString()
  return Buffer.from(
    [
      'POST /token HTTP/1.1',
      `Host: ${value}`,
      'Connection: close',
      'Content-Type: application/x-www-form-urlencoded',
      `Content-Length: ${body.length}`,
      `Authorization: Basic ${Buffer.from(`${text}:${text}`).toString('base64')}`,
      `Origin: ${value}`,
      `Referer: ${value}`,
      `User-Agent: ${value}`,
      `Latchkey-Device: ${value}`,
      `Latchkey-Session: ${value}`,
      `Latchkey-Challenge-Solution: ${value}`,
      `X-Forwarded-For: ${value}`,
      `traceparent: ${value}`,
      `Cookie: ${value}`,
      '',
      body,
    ].join('\r\n'),
  )
}

/** As bytes in UTF-8. */
function requestWith(text: string): Buffer {
  const value = asHeader(text)
  const target = escaped(text)
  return Buffer.from(
    [
      `GET /x${target}?q=${target} HTTP/1.1`,
      'Host: x',
      'Connection: close',
      `User-Agent: ${value}`,
      `X-Request-Id: ${value}`,
      `X-Forwarded-For: ${value}`,
      `Forwarded: for=${value}`,
      `Authorization: Bearer ${value}`,
      `Cookie: latchkey-dev=${value}`,
      '',
      '',
    ].join('\r\n'),
  )
}

function expectLines(log: readonly string[], least: number): void {
  const answered = log.filter((line) => !line.includes('"mail'))
  expect(answered.length).toBeGreaterThanOrEqual(least)
  for (const line of log) {
    expect(line.indexOf('\n')).toBe(line.length - 1)
    expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number), time: expect.any(Number) })
    expect(line.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
  }
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
    all.slice(at * size, (at + 1) * size),
  )
}

/** Checklist J01 and J02: connections that take their time, or more than they should, are closed; nobody else notices. */

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ConnectionLimits, connectionLimits } from '../src/http/limits.js'
import { openLatchkey } from '../src/latchkey.js'
import { buildApp } from '../src/serve.js'
import { readSettings } from '../src/settings/read.js'
import { listen } from './raw-http.js'
import { soak } from './soak.js'
import { alice, issuer } from './test-server.js'

/** With the real ones a test takes more than a minute. */
const limits: ConnectionLimits =
  soak > 0
    ? connectionLimits
    : { headers: 400, request: 800, lookEvery: 100, idle: 500, stalled: 900 }
const timeout = soak > 0 ? 150_000 : 60_000

const form = 'Content-Type: application/x-www-form-urlencoded'
const post = ['POST /token HTTP/1.1', 'Host: x', form].join('\r\n')

/** What each sends at first, and what again and again; nothing to wait, null to end its half. */
const ways: readonly (readonly [start: string, then: string | null])[] = [
  ['', ''],
  ['P', ''],
  [`${post}\r\n`, 'X: y\r\n'],
  ['GET /', 'a'],
  [`${post}\r\nContent-Length: 16000\r\n\r\n`, 'a'],
  [`${post}\r\nContent-Length: 100\r\n\r\nusername=alice`, ''],
  [`${post}\r\nTransfer-Encoding: chunked\r\n\r\n`, '1\r\na\r\n'],
  [`${post}\r\nTransfer-Encoding: chunked\r\n\r\n5`, ''],
  [`${post}\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n`, ''],
  [`${post}\r\nContent-Length: 100\r\n\r\na`, null],
  [`${post}\r\n`, null],
  ['GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n', ''],
  ['GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n', 'a'],
  ['GET /nowhere HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\na\r\n'],
]

describe('slow connections', () => {
  it('J02 are closed, and everybody else is answered meanwhile', { timeout }, async () => {
    const { app, log } = await served()
    const port = await listen(app)
    const count = soak > 0 ? 1000 : 280
    const open = new Set<Socket>()
    const dribbles = new Map<Socket, string>()
    for (let at = 0; at < count; at++) {
      const [start, then] = ways[at % ways.length] ?? ['', '']
      const socket = connect(port, '127.0.0.1')
      open.add(socket)
      socket.resume().on('error', () => {})
      socket.once('close', () => {
        open.delete(socket)
        dribbles.delete(socket)
      })
      socket.write(start)
      if (then === null) socket.end()
      else if (then !== '') dribbles.set(socket, then)
    }
    const dribbling = setInterval(() => {
      for (const [socket, then] of dribbles) if (socket.writable) socket.write(then)
    }, limits.headers / 8)
    onTestFinished(() => clearInterval(dribbling))

    let answered = 0
    while (open.size > 0) {
      const answer = await fetch(`http://127.0.0.1:${port}/token`, {
        method: 'POST',
        body: new URLSearchParams(alice),
      })
      expect([answer.status, (await answer.json()).token_type]).toEqual([200, 'bearer'])
      expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
      answered++
    }
    expect(answered).toBeGreaterThan(0)
    expect(log.filter((line) => JSON.parse(line).level >= 50)).toEqual([])
  })

  it.for([
    ['a body that is never there', `${post}\r\nContent-Length: 100\r\n\r\nusername=alice`, 408],
    ['headers that never end', `${post}\r\n`, 408],
    ['nothing at all', '', 408],
    ['an end in the middle of the headers', `${post}\r\n`, 400],
    ['an end in the middle of the body', `${post}\r\nContent-Length: 100\r\n\r\na`, 400],
  ] as const)('J02 are told why: %s', { timeout }, async ([, start, status]) => {
    const { app } = await served()
    const socket = connect(await listen(app), '127.0.0.1').setEncoding('latin1')
    socket.write(start)
    if (status === 400) socket.end()
    const answer = (await socket.toArray()).join('')
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(head).toContain('content-type: application/problem+json')
    expect(head).toContain('x-content-type-options: nosniff')
    expect(JSON.parse(body)).toMatchObject({ status })
  })

  it('J02 that never take their answers are closed too', { timeout }, async () => {
    const { app } = await served()
    const port = await listen(app)
    const socket = connect(port, '127.0.0.1').pause()
    onTestFinished(() => void socket.destroy())
    const [theirs] = (await once(app.server, 'connection')) as [Socket]
    // Many megabytes: more than the kernel holds for both.
    const request = 'GET /docs/static/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n'
    socket.write(request.repeat(40))
    await closing(theirs)
  })
})

describe('bodies without an end', () => {
  const endless = [
    ['POST /token', [form, 'Content-Length: 1000000000'], 413],
    ['POST /token', [form, 'Transfer-Encoding: chunked'], 413],
    ['POST /oauth/token', [form, 'Transfer-Encoding: chunked'], 413],
    ['POST /users', ['Content-Type: application/json', 'Content-Length: 1000000000'], 413],
    ['POST /users', ['Content-Type: application/json', 'Transfer-Encoding: chunked'], 413],
    [
      'POST /password-resets',
      ['Content-Type: application/json', 'Transfer-Encoding: chunked'],
      413,
    ],
    ['POST /oauth/token', ['Content-Type: text/plain', 'Content-Length: 1000000000'], 415],
    ['POST /nowhere', ['Transfer-Encoding: chunked'], 404],
    ['POST /healthz', ['Content-Length: 1000000000'], 405],
    ['GET /healthz', ['Transfer-Encoding: chunked'], 200],
    ['GET /items/', ['Content-Length: 1000000000'], 401],
  ] as const

  it.for(endless)('J01 are cut off: %s with %j is answered %i', async ([line, headers, status]) => {
    const { app } = await served()
    const socket = connect(await listen(app), '127.0.0.1')
    const closed = closing(socket)
    let answer = ''
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text
    })
    socket.write([`${line} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n'))
    const piece = headers.some((text) => text.includes('chunked'))
      ? `10000\r\n${'x'.repeat(0x10000)}\r\n`
      : 'x'.repeat(0x10000)
    const send = () => {
      while (socket.writable && socket.write(piece));
      socket.once('drain', send)
    }
    send()
    await closed
    // What the server has answered may be lost where bytes cross the closing; if it arrives, it is this.
    expect(answer.slice(0, 12)).toBeOneOf([`HTTP/1.1 ${status}`, ''])
    expect(socket.bytesWritten).toBeLessThan(100_000_000)
  })
})

describe('what is before a body', () => {
  it.for([
    ['/token', 'POST', 'oauth'],
    ['/users/me', 'GET', 'problem'],
    ['/nowhere', 'GET', 'problem'],
  ] as const)('J01 is refused where the URL is over 2 kB: %s', async ([path, method, form]) => {
    const { app } = await served()
    const whole = await app.inject({ method, url: `${path}?${'q'.repeat(2000)}` })
    expect(whole.statusCode).not.toBe(414)
    const answer = await app.inject({ method, url: `${path}?${'q'.repeat(2048)}` })
    expect(answer.statusCode).toBe(414)
    const error = form === 'oauth' ? { error: 'invalid_request' } : { status: 414 }
    expect(answer.json()).toMatchObject({ ...error, detail: 'The URL is over 2 kB' })
  })

  it('J01 is refused where there are over a hundred headers', async () => {
    const { app } = await served()
    const port = await listen(app)
    const send = async (count: number) => {
      const socket = connect(port, '127.0.0.1').setEncoding('latin1')
      const lines = Array.from({ length: count }, (_, at) => `X-${at}: y`)
      const head = ['GET /healthz HTTP/1.1', 'Host: x', 'Connection: close', ...lines]
      socket.write(`${head.join('\r\n')}\r\n\r\n`)
      return (await socket.toArray()).join('')
    }
    expect(await send(98)).toMatch(/^HTTP\/1\.1 200 /)
    for (const count of [99, 500, 1500]) {
      const answer = await send(count)
      expect(answer).toMatch(/^HTTP\/1\.1 431 /)
      expect(answer).toContain('application/problem+json')
    }
  })
})

it('J02 only so many connections are taken at a time, which is said once', async () => {
  const { app, log } = await served({ maxConnections: 100 })
  const port = await listen(app)
  const sockets = Array.from({ length: 100 }, () => connect(port, '127.0.0.1').resume())
  onTestFinished(() => {
    for (const socket of sockets) socket.on('error', () => {}).destroy()
  })
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  for (let at = 0; at < 3; at++) {
    const late = connect(port, '127.0.0.1')
    const closed = closing(late)
    late.resume().write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    await closed
    expect(late.bytesRead).toBe(0)
  }
  expect(log.filter((line) => line.includes('no more connections'))).toHaveLength(1)
})

/** However it ends: to be cut off while one writes is an error to the socket. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.on('error', () => {}).once('close', () => resolve()))
}

async function served({ maxConnections = 10_000 } = {}): Promise<{
  app: FastifyInstance
  log: string[]
}> {
  const log: string[] = []
  const logger = pino({ level: 'info' }, { write: (line: string) => void log.push(line) })
  const settings = readSettings(
    'embedded',
    {},
    { databaseUrl: 'sqlite::memory:', issuer, secretKey: 'c0ffee'.repeat(12), maxConnections },
  )
  const quick = { format: 'argon2id', memory: 8, passes: 1, lanes: 1 } as const
  const latchkey = await openLatchkey({ ...settings, passwordHash: quick }, { log: logger })
  await latchkey.start()
  await latchkey.users.add(alice, { actor: 'test' })
  const app = await buildApp({ log: logger, demo: true, limits }, latchkey)
  onTestFinished(() => app.close())
  return { app, log }
}

/** Far more sign-ins at once than can be checked: each is answered, and soon. */

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { soak } from '../../packages/server/test/soak.js'
import { ServerProcess } from './server-process.js'

const program = join(import.meta.dirname, '../../packages/server/bin/latchkey.js')
const atOnce = soak > 0 ? 10_000 : 1_500
const users = atOnce / 10
const password = 'correct horse battery'

interface Answered {
  /** Undefined where the connection ended without an answer. */
  status: number | undefined
  retryAfter: number | undefined
  /** Milliseconds from when it began to connect. */
  after: number
}

it(`J03 ${atOnce} sign-ins at once are each answered by a token or sent away, in little memory`, {
  timeout: 120_000,
}, async () => {
  const server = await storm()
  const names = Array.from({ length: atOnce }, (_, at) => `user${at % users}`)
  const answers = await Promise.all(await signInAll(server.url, names))

  const counts = countBy(answers, ({ status }) => `${status}`)
  const sentAway = answers.filter(({ status }) => status !== 200)
  for (const { status, retryAfter } of sentAway) {
    expect([429, 503], JSON.stringify(counts)).toContain(status)
    expect(retryAfter).toBeGreaterThanOrEqual(1)
    expect(retryAfter).toBeLessThanOrEqual(60)
  }
  expect(counts['200']).toBeGreaterThan(0)
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  expect(metrics).toContain('latchkey_password_queue_length 0\n')
  const memory = await mostMemory(server.pid)
  if (memory !== undefined) expect(memory).toBeLessThan(512)
  const last = Math.max(...answers.map(({ after }) => after))
  if (soak > 0) {
    console.log({ counts, last: Math.round(last), memory })
    expect(last).toBeLessThan(10_000)
  }
})

/** With users who all have the one password. */
async function storm(): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-storm-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const databaseUrl = `sqlite:${join(folder, 'latchkey.db')}`
  const file = join(folder, 'users.ndjson')
  const { makeHash } = await import('../../packages/server/src/core/passwords/formats.js')
  const usual = { format: 'argon2id', memory: 19_456, passes: 2, lanes: 1 } as const
  const hash = await makeHash(usual, password)
  const lines = Array.from({ length: users }, (_, at) =>
    JSON.stringify({ username: `user${at}`, password_hash: hash }),
  )
  await writeFile(file, `${lines.join('\n')}\n`)
  await promisify(execFile)(process.execPath, [program, 'user', 'import', file], {
    env: { PATH: process.env.PATH, LATCHKEY_DATABASE_URL: databaseUrl },
  })
  const server = await ServerProcess.start(folder, databaseUrl, { LATCHKEY_LOG_LEVEL: 'warn' })
  onTestFinished(() => server.stop())
  return server
}

/** As fast as connections can be made: of too many at the same moment the system would drop some, to try again after seconds. */
async function signInAll(url: string, names: readonly string[]): Promise<Promise<Answered>[]> {
  const answers: Promise<Answered>[] = []
  for (let first = 0; first < names.length; first += connectingAtOnce) {
    const some = names.slice(first, first + connectingAtOnce).map((name) => signIn(url, name))
    await Promise.all(some.map(({ connected }) => connected))
    answers.push(...some.map(({ answered }) => answered))
  }
  return answers
}

const connectingAtOnce = 500

interface SigningIn {
  connected: Promise<unknown>
  answered: Promise<Answered>
}

/** On a connection of its own, as that many callers would. */
function signIn(url: string, username: string): SigningIn {
  const { port } = new URL(url)
  const body = new URLSearchParams({ username, password }).toString()
  const request = [
    'POST /token HTTP/1.1',
    'host: 127.0.0.1',
    'connection: close',
    'content-type: application/x-www-form-urlencoded',
    `content-length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
  const began = performance.now()
  const socket = connect(Number(port), '127.0.0.1', () => socket.write(request))
  const connected = new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))
  const answered = new Promise<Answered>((resolve) => {
    let text = ''
    socket
      .on('data', (bytes) => {
        text += bytes.toString('latin1')
      })
      .on('error', (error) => {
        text = error.message
      })
      .on('close', () => resolve(readAnswer(text, performance.now() - began)))
  })
  return { connected, answered }
}

function readAnswer(text: string, after: number): Answered {
  const numberIn = (pattern: RegExp) => {
    const [, digits] = pattern.exec(text) ?? []
    return digits === undefined ? undefined : Number(digits)
  }
  return {
    status: numberIn(/^HTTP\/1\.1 (\d{3}) /),
    retryAfter: numberIn(/\r\nretry-after: (\d+)\r\n/i),
    after,
  }
}

/** Megabytes that a process has held at most; undefined where the system does not say. */
async function mostMemory(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? []
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
}

function countBy<Each>(all: readonly Each[], keyOf: (each: Each) => string) {
  const counts: Record<string, number> = {}
  for (const each of all) counts[keyOf(each)] = (counts[keyOf(each)] ?? 0) + 1
  return counts
}

/** `LATCHKEY_WORKERS`: several processes on one port and one database. */

import { once } from 'node:events'
import { createServer } from 'node:net'
import { CompiledQuery } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { databases, onDatabase } from '../../packages/server/test/databases.js'
import { Callers } from './callers.js'
import { isAlive, ServeProcess } from './serve-process.js'

const timeout = 120_000
const two = { LATCHKEY_WORKERS: '2' }
const three: Record<string, string> = { LATCHKEY_WORKERS: '3' }

async function start(databaseUrl: string, settings = three): Promise<ServeProcess> {
  const server = await ServeProcess.start(databaseUrl, settings)
  onTestFinished(() => server.stop())
  return server
}

function call(server: ServeProcess, count = 6): Callers {
  const callers = new Callers(server.url, count)
  onTestFinished(() => callers.stop())
  return callers
}

/** Asks by new connections until so many processes have answered. */
async function untilAnswering(server: ServeProcess, count: number): Promise<Set<number>> {
  const since = server.log.length
  await server.until(async () => {
    await fetch(`${server.url}/healthz`, { headers: { connection: 'close' } })
    return server.answering(since).size >= count
  })
  return server.answering(since)
}

async function numbersOf({ url }: ServeProcess): Promise<Record<string, number>> {
  const answer = await fetch(`${url}/metrics`, { headers: { connection: 'close' } })
  const lines = (await answer.text()).split('\n').filter((line) => /^[a-z]/.test(line))
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  )
}

for (const database of databases) {
  describe(`two workers on ${database.name}`, { timeout }, () => {
    it('all serve, and one that is killed is replaced while the other goes on', async () => {
      const server = await start(await database.url(), two)
      const before = await untilAnswering(server, 2)
      expect(before).not.toContain(server.pid)

      const callers = call(server)
      await server.until(() => callers.answered > 100)
      const [victim = Number.NaN] = before
      process.kill(victim, 'SIGKILL')
      await server.until(() => server.log.some(({ msg }) => /another takes its place/.test(msg)))
      const after = await untilAnswering(server, 2)
      await callers.stop()
      // Only what was under way there is lost, and not everybody was there.
      expect(callers.failures.length).toBeLessThanOrEqual(6)
      for (const failure of callers.failures) expect(failure).toMatch(/ECONNRESET|hang up/)
      expect(after).not.toContain(victim)
    })

    it('are replaced at SIGHUP, and no caller notices, and what they have counted is kept', async () => {
      const databaseUrl = await database.url()
      const server = await start(databaseUrl, two)
      const before = await untilAnswering(server, 2)
      const callers = call(server)
      server.signal('SIGHUP')
      // Asked for twice, it is done once more.
      server.signal('SIGHUP')
      const readiness = new Set<number>()
      await server.until(async () => {
        readiness.add((await fetch(`${server.url}/readyz`)).status)
        return server.log.some(({ msg }) => msg === 'replaced the workers')
      })
      expect([...readiness]).toEqual([200])
      const after = await untilAnswering(server, 2)
      await callers.stop()
      expect(callers.failures).toEqual([])
      expect(callers.answered).toBeGreaterThan(100)
      for (const pid of before) {
        expect(after).not.toContain(pid)
        await server.until(() => !isAlive(pid))
      }
      await server.stop()
      // Six sign in once. Each refreshes then, and asks for its record after both.
      const [signIns, refreshes] = [6, callers.answered / 2 - 6]
      expect(await counted(databaseUrl)).toMatchObject({
        'sign_ins.succeeded': signIns,
        'refreshes.succeeded': refreshes,
        'token_requests.count': signIns + refreshes,
      })
    })
  })
}

/** The figures of all processes. */
async function counted(databaseUrl: string): Promise<Record<string, number>> {
  const query = CompiledQuery.raw('select figure, value from statistics where step = 60000')
  const rows = await onDatabase(databaseUrl, (database) =>
    database.read<{ figure: string; value: number }>(query),
  )
  const sums: Record<string, number> = {}
  for (const { figure, value } of rows) sums[figure] = (sums[figure] ?? 0) + value
  return sums
}

const [sqlite] = databases

describe('a server that is told to stop', { timeout }, () => {
  for (const count of [1, 3]) {
    it(`says so at /readyz first, and finishes what is under way (${count})`, async () => {
      const server = await start((await sqlite?.url()) ?? '', {
        LATCHKEY_WORKERS: `${count}`,
        LATCHKEY_DRAIN: '2s',
      })
      const pids = await untilAnswering(server, count)
      const callers = call(server)
      await server.until(() => callers.answered > 20)
      server.signal('SIGTERM')
      await server.until(async () => (await fetch(`${server.url}/readyz`)).status === 503)
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
      const answered = callers.answered
      await server.until(() => callers.answered > answered + 20)
      await callers.stop()
      expect(callers.failures).toEqual([])
      expect(await server.exited).toBe(0)
      for (const pid of pids) expect(isAlive(pid)).toBe(false)
    })
  }

  it('answer at /metrics for all, those that were replaced included', async () => {
    const server = await start((await sqlite?.url()) ?? '', two)
    await untilAnswering(server, 2)
    const callers = call(server, 6)
    await server.until(() => callers.answered > 50)
    await callers.stop()
    const before = await numbersOf(server)
    expect(before.latchkey_processes).toBe(2)
    const signIns = 'latchkey_token_requests_total{grant="password",outcome="granted"}'
    expect(before[signIns]).toBe(6)
    // Whichever process is asked.
    for (let asked = 0; asked < 5; asked++) expect((await numbersOf(server))[signIns]).toBe(6)
    server.signal('SIGHUP')
    await server.until(() => server.log.some(({ msg }) => msg === 'replaced the workers'))
    const after = await numbersOf(server)
    expect(after[signIns]).toBe(6)
    expect(after.latchkey_processes).toBe(2)
  })

  it('ends at once at a second signal, with its workers', async () => {
    const server = await start((await sqlite?.url()) ?? '', { ...three, LATCHKEY_DRAIN: '10m' })
    const pids = await untilAnswering(server, 3)
    server.signal('SIGTERM')
    await server.until(() => server.log.some(({ msg }) => msg === 'stopping'))
    server.signal('SIGTERM')
    await server.exited
    for (const pid of pids) await expect.poll(() => isAlive(pid), { timeout: 30_000 }).toBe(false)
  })

  it('leaves no worker behind when its first process is killed', async () => {
    const server = await start((await sqlite?.url()) ?? '')
    const pids = await untilAnswering(server, 3)
    server.signal('SIGKILL')
    for (const pid of pids) await expect.poll(() => isAlive(pid), { timeout: 30_000 }).toBe(false)
  })
})

describe('workers that can not start', { timeout }, () => {
  it('say why once, and end with status 1: the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    const address = other.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const server = new ServeProcess((await sqlite?.url()) ?? '', {
      ...three,
      LATCHKEY_PORT: `${port}`,
    })
    expect(await server.exited).toBe(1)
    expect(server.printed.match(/Port \d+ is in use/g)).toHaveLength(1)
  })

  it('say why once, and end with status 1: a setting is wrong', async () => {
    const server = new ServeProcess('sqlite::memory:', { ...three, LATCHKEY_ISSUER: 'ftp://x' })
    expect(await server.exited).toBe(1)
    expect(server.printed.match(/LATCHKEY_ISSUER/g)).toHaveLength(1)
    expect(server.printed).toMatch(/LATCHKEY_WORKERS is 3, but .* a database in memory/)
  })
})

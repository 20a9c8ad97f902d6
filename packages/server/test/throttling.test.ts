/** How often passwords may be tried: issue and contract say it, `docs/throttling.md` explains it. */

import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Refusal } from '../src/errors.js'
import type { Database } from '../src/store/database.js'
import { databases } from './databases.js'
import { alice, doors, type TestServer, testServer } from './test-server.js'
import { type Answer, send } from './token-requests.js'

const minute = 60_000
const hour = 60 * minute
const wrong = { ...alice, password: 'not the password' }

for (const database of databases) {
  describe(`throttling on ${database.name}`, () => {
    async function served(settings = {}) {
      const server = await testServer({ databaseUrl: await database.url(), ...settings })
      await server.addUser()
      return server
    }

    it.for(doors)(
      'H01 lets ten failures pass at %s, and then makes each wait longer',
      async (door) => {
        const server = await served()
        expect(await statuses(server, door, 10)).toEqual(
          Array(10).fill(door === '/token' ? 401 : 400),
        )
        for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256]) {
          // A little, because the clocks of two processes never stand at one millisecond.
          server.pass(200)
          const refused = await send(server, door, alice)
          expect(visible(refused)).toMatchObject({
            status: 429,
            body: { error: 'too_many_attempts' },
            headers: { 'retry-after': String(seconds), 'cache-control': 'no-store' },
          })
          server.pass(seconds * 1000 - 400)
          expect((await send(server, door, wrong)).statusCode).toBe(429)
          server.pass(400)
          expect((await send(server, door, wrong)).statusCode).not.toBe(429)
        }
      },
    )

    it('H01 checks no more than one password in twelve minutes of somebody who never stops', async () => {
      const server = await served()
      let checked = 0
      for (let passed = 0; passed < 24 * hour; ) {
        const answer = await send(server, '/token', wrong)
        if (answer.statusCode !== 429) checked++
        const wait = 1000 * Number(answer.headers['retry-after'] ?? 0) + 100
        server.pass(wait)
        passed += wait
      }
      expect(checked).toBeGreaterThan(120)
      expect(checked).toBeLessThan(140)
    })

    it('H06 lets the owner in after the wait, and counts no success', async () => {
      const server = await served()
      await statuses(server, '/token', 10)
      server.pass(1100)
      for (let times = 0; times < 12; times++) {
        expect((await send(server, '/token', alice)).statusCode).toBe(200)
      }
      expect((await send(server, '/token', wrong)).statusCode).toBe(401)
      server.pass(100)
      expect((await send(server, '/token', alice)).headers['retry-after']).toBe('2')
    })

    it('H01 forgets failures one by one as time passes', async () => {
      const server = await served()
      await statuses(server, '/token', 10)
      server.pass(36 * minute)
      expect(await statuses(server, '/token', 4)).toEqual([401, 401, 401, 429])
      server.pass(3 * hour)
      expect(await statuses(server, '/token', 11)).toEqual([...Array(10).fill(401), 429])
    })

    it('counts no attempt whose secret was not the reason', async () => {
      const server = await served()
      for (let times = 0; times < 12; times++) {
        const answer = await send(server, '/token', { ...alice, scope: 'no:such:scope' })
        expect(answer.json()).toMatchObject({ error: 'invalid_scope' })
      }
      const { passwords } = server.latchkey
      const verify = passwords.verify.bind(passwords)
      passwords.verify = async () => {
        throw new Refusal('overloaded')
      }
      expect(await statuses(server, '/token', 12)).toEqual(Array(12).fill(503))
      passwords.verify = verify
      expect((await send(server, '/token', alice)).statusCode).toBe(200)
    })

    it('H07 answers alike, and computes as many hashes, whether the name exists or not', async () => {
      const server = await served()
      await server.addUser({ username: 'disabled' })
      await server.latchkey.users.setDisabled('disabled', true, { actor: 'test' })
      const told = async (username: string) => {
        const before = server.latchkey.passwords.hashed
        const answers: object[] = []
        for (let times = 0; times < 12; times++) {
          // More than a busy machine is wrong about the database's clock.
          server.pass(200)
          answers.push(visible(await send(server, '/token', { ...wrong, username })))
        }
        return { answers, hashes: server.latchkey.passwords.hashed - before }
      }
      const known = await told('alice')
      expect(known.hashes).toBe(10)
      for (const username of [
        'nobody',
        'no\u0000body',
        'x'.repeat(4000),
        'disabled',
        'a@b.example',
      ]) {
        expect(await told(username)).toEqual(known)
      }
    })

    it('H09 counts all spellings of a name as one', async () => {
      const server = await served()
      for (const username of ['ALICE', 'ａｌｉｃｅ', 'Alice', 'aLICE', 'alıce']) {
        await statuses(server, '/token', 2, { ...wrong, username })
      }
      expect((await send(server, '/token', alice)).statusCode).toBe(429)
      expect((await send(server, '/token', { ...wrong, username: 'bob' })).statusCode).toBe(401)
    })

    it('H02 computes no more hashes than the limit allows, of many attempts at once', async () => {
      const server = await served()
      const before = server.latchkey.passwords.hashed
      const answers = await Promise.all(
        Array.from({ length: 30 }, () => send(server, '/token', wrong)),
      )
      expect(answers.filter(({ statusCode }) => statusCode === 401)).toHaveLength(10)
      expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(20)
      expect(server.latchkey.passwords.hashed - before).toBe(10)
    })

    it('lets one user sign in fifty times at once', async () => {
      // Nobody is kept waiting for longer than two seconds, and a busy machine may need more for all of them.
      const standing = vi.spyOn(performance, 'now').mockReturnValue(performance.now())
      onTestFinished(() => standing.mockRestore())
      const server = await served({ failuresOverall: '20/10m' })
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => sendFrom(server, '203.0.113.7', alice)),
      )
      expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(50)
    })

    it('H03 holds after a restart, and on another node', async () => {
      const databaseUrl = await database.url()
      const server = await served({ databaseUrl })
      await statuses(server, '/token', 6)
      const other = await testServer({ databaseUrl })
      expect(await statuses(other, '/token', 5)).toEqual([401, 401, 401, 401, 429])
      await server.app.close()
      expect((await send(other, '/token', alice)).statusCode).toBe(429)
    })

    it('H04 slows one network, and not the others', async () => {
      const server = await served({ failuresPerNetwork: '5/1h' })
      const from = async (remoteAddress: string, username: string) =>
        (await sendFrom(server, remoteAddress, { ...wrong, username })).statusCode
      for (const [last, expected] of [
        [1, 401],
        [2, 401],
        [3, 401],
        [4, 401],
        [5, 401],
        [6, 429],
      ]) {
        expect(await from(`2001:db8:0:1::${last}`, `user${last}`)).toBe(expected)
      }
      expect(await from('2001:db8:0:2::1', 'user1')).toBe(401)
      expect(await from('203.0.113.7', 'user2')).toBe(401)
    })

    it('H05 believes no header that says to come from elsewhere, except from a trusted proxy', async () => {
      const limits = { failuresPerNetwork: '5/1h', databaseUrl: await database.url() }
      const server = await served(limits)
      const proxied = await testServer({ ...limits, trustedProxies: '1' })
      const guess = async (from: TestServer, caller: string, at: number) => {
        const headers = {
          'x-forwarded-for': caller,
          'x-real-ip': caller,
          forwarded: `for=${caller}`,
        }
        const fields = { ...wrong, username: `user${at}` }
        return (await sendFrom(from, '203.0.113.1', fields, headers)).statusCode
      }
      const spoofed: number[] = []
      for (let at = 1; at <= 6; at++) spoofed.push(await guess(server, `198.51.100.${at}`, at))
      expect(spoofed).toEqual([401, 401, 401, 401, 401, 429])
      for (let at = 1; at <= 6; at++) expect(await guess(proxied, `198.51.100.${at}`, at)).toBe(401)
      const one: number[] = []
      for (let at = 1; at <= 6; at++) one.push(await guess(proxied, '198.51.100.99', at))
      expect(one).toEqual([401, 401, 401, 401, 401, 429])
    })

    it('H04 slows the spraying of one password over many names from many networks', async () => {
      const server = await served({ failuresOverall: '20/10m' })
      const answers: number[] = []
      for (let name = 0; name < 30; name++) {
        const answer = await sendFrom(server, `203.0.113.${name}`, {
          ...wrong,
          username: `u${name}`,
        })
        answers.push(answer.statusCode)
      }
      expect(answers).toEqual([...Array(20).fill(401), ...Array(10).fill(429)])
    })

    it('counts what is refused nowhere: a name that is hammered at costs its network nothing', async () => {
      const server = await served({ failuresPerNetwork: '12/1h' })
      for (let times = 0; times < 40; times++) await sendFrom(server, '203.0.113.7', wrong)
      const other = { ...wrong, username: 'bob' }
      expect((await sendFrom(server, '203.0.113.7', other)).statusCode).toBe(401)
    })

    it('K06 grants nothing and hashes nothing where attempts can not be counted', async () => {
      const databaseUrl = await database.url()
      const server = await testServer({ databaseUrl }, withoutAttempts)
      await server.addUser()
      const before = server.latchkey.passwords.hashed
      const answer = await send(server, '/token', alice)
      expect(answer.statusCode).toBe(503)
      expect(answer.json()).not.toHaveProperty('access_token')
      expect(server.latchkey.passwords.hashed).toBe(before)
    })

    it('H10 keeps nothing of names that are forgotten, and names nobody', async () => {
      const server = await served({ failuresOverall: 'off' })
      await server.latchkey.cleanUp.stop()
      await statuses(server, '/token', 3, { ...wrong, username: 'nobody' })
      expect(await keys(server)).toHaveLength(1)
      expect((await keys(server)).join()).not.toContain('nobody')
      server.pass(61_000)
      await server.latchkey.cleanUp.run()
      expect(await keys(server)).toHaveLength(1)
      server.pass(2 * hour)
      await server.latchkey.cleanUp.run()
      expect(await keys(server)).toEqual([])
    })
  })
}

async function statuses(server: TestServer, door: string, times: number, fields = wrong) {
  const all: number[] = []
  for (let time = 0; time < times; time++) {
    all.push((await send(server, door, fields)).statusCode)
  }
  return all
}

function sendFrom(
  server: TestServer,
  remoteAddress: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
) {
  return server.app.inject({
    method: 'POST',
    url: '/token',
    remoteAddress,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(fields).toString(),
  })
}

/** All that a caller sees, but for the date. */
function visible(answer: Answer) {
  const { date: _, ...headers } = answer.headers
  return { status: answer.statusCode, headers, body: answer.json() }
}

async function keys(server: TestServer): Promise<string[]> {
  return server.latchkey.store.cleanUp.attemptsAfter('', 1_000)
}

/** A database that can do all but count attempts. */
function withoutAttempts(database: Database): Database {
  return new Proxy(database, {
    get(target, name) {
      if (name === 'write') {
        return async (unit: Parameters<Database['write']>[0]) => {
          if (unit.some(({ query }) => query.sql.includes('into attempts'))) {
            throw new Refusal('storage_unavailable')
          }
          return target.write(unit)
        }
      }
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

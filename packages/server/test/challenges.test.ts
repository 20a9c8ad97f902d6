/** Work in place of a wait, for whom others have used up the limits that all share: `docs/throttling.md` explains it. */

import { describe, expect, it } from 'vitest'
import { Refusal } from '../src/errors.js'
import { attack, challenging } from './attack.js'
import { databases } from './databases.js'
import { readExposition } from './exposition-reader.js'
import { hostile } from './hostile-solutions.js'
import { type Challenge, solved } from './solver.js'
import { alice, doors, type TestServer, testServer } from './test-server.js'
import { entries } from './token-requests.js'

const wrong = { ...alice, password: 'not the password' }
const here = '203.0.113.7'

for (const database of databases) {
  describe(`a challenge on ${database.name}`, () => {
    async function attacked(settings = {}) {
      const server = await testServer({
        databaseUrl: await database.url(),
        ...challenging,
        ...settings,
      })
      await server.addUser()
      await attack(server)
      return server
    }

    it.for(doors)(
      'comes with the 429 that others have caused at %s, and opens it',
      async (door) => {
        const server = await attacked()
        const refused = await post(server, alice, { door })
        expect(refused.statusCode).toBe(429)
        expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
        const { challenge, ...rest } = refused.json()
        expect(rest).toEqual({
          error: 'too_many_attempts',
          error_description: expect.any(String),
          detail: rest.error_description,
        })
        expect(challenge).toEqual({
          parameters: {
            algorithm: 'PBKDF2/SHA-256',
            cost: 196,
            expiresAt: expect.any(Number),
            keyLength: 32,
            keyPrefix: '00',
            nonce: expect.stringMatching(/^[0-9a-f]{32}$/),
            salt: expect.stringMatching(/^[0-9a-f]{32}$/),
          },
          signature: expect.stringMatching(/^[0-9a-f]{64}$/),
        })
        const answer = await post(server, { ...alice, altcha: solved(challenge) }, { door })
        expect(answer.statusCode).toBe(200)
      },
    )

    it('is asked of nobody as long as there is room, and its answer passed over', async () => {
      const server = await testServer({ databaseUrl: await database.url(), ...challenging })
      await server.addUser()
      expect((await post(server, { ...alice, altcha: 'nonsense' })).statusCode).toBe(200)
      expect(await challenges(server)).toEqual({ asked: 0, solved: 0, refused: 1 })
    })

    it('is asked of nobody where it is off', async () => {
      const server = await attacked({ challenge: 'off' })
      const refused = await post(server, alice)
      expect(refused.statusCode).toBe(429)
      expect(refused.json()).not.toHaveProperty('challenge')
    })

    it('opens the limit of a network, too', async () => {
      const server = await testServer({
        databaseUrl: await database.url(),
        ...challenging,
        failuresPerNetwork: '3/1h',
        failuresOverall: 'off',
      })
      await server.addUser()
      await attack(server, here)
      const challenge = await asked(server)
      const solution = { ...alice, altcha: solved(challenge) }
      expect((await post(server, solution)).statusCode).toBe(200)
    })

    it('H01 never opens the limit of a name', async () => {
      const server = await attacked({ failuresPerName: '3/2h' })
      for (let times = 0; times < 3; times++) {
        const solution = { ...wrong, altcha: solved(await asked(server)) }
        expect((await post(server, solution)).statusCode).toBe(401)
      }
      const refused = await post(server, { ...alice, altcha: solved(await asked(server)) })
      expect(refused.statusCode).toBe(429)
      expect(refused.json()).not.toHaveProperty('challenge')
    })

    it('counts no sign-in that succeeds', async () => {
      const server = await attacked()
      for (let times = 0; times < 40; times++) {
        const solution = { ...alice, altcha: solved(await asked(server)) }
        expect((await post(server, solution)).statusCode).toBe(200)
      }
    })

    it('is good once, of many at once too', async () => {
      const databaseUrl = await database.url()
      const server = await attacked({ databaseUrl })
      const other = await testServer({ databaseUrl, ...challenging })
      const altcha = solved(await asked(server))
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, at) => post(at % 2 ? server : other, { ...alice, altcha })),
      )
      const statuses = answers.map(({ statusCode }) => statusCode)
      expect(statuses.toSorted()).toEqual([200, ...Array(19).fill(429)])
      const [here, there] = [await challenges(server), await challenges(other)]
      expect([here, there].map(({ solved = 0 }) => solved).toSorted()).toEqual([0, 1])
      expect((await post(server, { ...alice, altcha })).json()).toHaveProperty('challenge')
      await server.latchkey.cleanUp.run()
      expect((await post(server, { ...alice, altcha })).statusCode).toBe(429)
    })

    it('is good for one name, in whichever spelling, and for five minutes', async () => {
      const server = await attacked()
      const other = { ...alice, altcha: solved(await asked(server, { ...alice, username: 'bob' })) }
      expect((await post(server, other)).statusCode).toBe(429)
      const same = {
        ...alice,
        altcha: solved(await asked(server, { ...alice, username: 'ALICE' })),
      }
      expect((await post(server, same)).statusCode).toBe(200)

      const late = await attacked({ failuresOverall: '3/30d' })
      const solution = { ...alice, altcha: solved(await asked(late)) }
      late.pass(5 * 60_000)
      expect((await post(late, { ...wrong, username: 'nobody' })).statusCode).toBe(401)
      expect((await post(late, solution)).statusCode).toBe(429)
    })

    it('tells nothing of a name: it is asked for whether anybody has it or not', async () => {
      const server = await attacked()
      const told = async (username: string) => {
        const answer = await post(server, { ...alice, username })
        const { date: _, ...headers } = answer.headers
        const { challenge, ...body } = answer.json()
        return { status: answer.statusCode, headers, body, of: Object.keys(challenge.parameters) }
      }
      expect(await told('nobody')).toEqual(await told('alice'))
    })

    it('is answered by nothing else, which hashes no password', async () => {
      const server = await attacked()
      const challenge = await asked(server)
      const before = server.latchkey.passwords.hashed
      const all = Object.entries(hostile(challenge))
      for (const [what, altcha] of all) {
        const answer = await post(server, { ...alice, altcha })
        expect(answer.statusCode, what).toBe(429)
        expect(answer.json(), what).toMatchObject({
          error: 'too_many_attempts',
          challenge: { signature: expect.not.stringMatching(challenge.signature) },
        })
      }
      expect(server.latchkey.passwords.hashed).toBe(before)
      expect(await challenges(server)).toMatchObject({ solved: 0, refused: all.length })
      // None of these has used it up, nor does a sign-in for which there is no time.
      const { passwords } = server.latchkey
      const admit = passwords.admit.bind(passwords)
      passwords.admit = async () => {
        throw new Refusal('overloaded')
      }
      expect((await post(server, { ...alice, altcha: solved(challenge) })).statusCode).toBe(503)
      passwords.admit = admit
      const solution = { ...alice, altcha: solved(challenge) }
      expect((await post(server, solution)).statusCode).toBe(200)
    })

    it('K07 is counted, by what became of it', async () => {
      const server = await attacked()
      expect(await challenges(server)).toEqual({ asked: 0, solved: 0, refused: 0 })
      const altcha = solved(await asked(server))
      await post(server, { ...alice, altcha })
      await post(server, { ...alice, altcha })
      expect(await challenges(server)).toEqual({ asked: 2, solved: 1, refused: 1 })
    })
  })
}

// On SQLite, by a clock that stands still: each has a second to itself.
describe('the limits of those who solve challenges', () => {
  async function filled() {
    const server = await testServer(challenging)
    await server.addUser()
    await attack(server)
    const solve = async (at: number) => {
      const fields = { ...wrong, username: `somebody${at}` }
      const altcha = solved(await asked(server, fields))
      return (await post(server, { ...fields, altcha })).statusCode
    }
    const statuses: number[] = []
    while (statuses.length < 40) statuses.push(await solve(statuses.length))
    return { server, statuses }
  }

  it('H04 are ten times those of others, and refuse without another challenge', async () => {
    const { server, statuses } = await filled()
    expect(statuses).toEqual([...Array(30).fill(401), ...Array(10).fill(429)])
    const altcha = solved(await asked(server))
    const refused = await post(server, { ...alice, altcha })
    expect(refused.headers['retry-after']).toBe('1')
    expect(refused.json()).not.toHaveProperty('challenge')
    const slowed = await entries(server, 'attempts_slowed')
    expect(slowed.map(({ detail }) => detail).toSorted()).toEqual([
      '{"by":"overall"}',
      '{"by":"overall_solved"}',
    ])
  })

  it('H10 keep no more than they let pass, and nothing for long', async () => {
    const { server } = await filled()
    await server.latchkey.cleanUp.stop()
    const used = async () => {
      const keys = await server.latchkey.store.cleanUp.attemptsAfter('', 1_000)
      return keys.filter((key) => key.startsWith('challenge ')).length
    }
    expect(await used()).toBe(30)
    // A pass of before may have been under way, and ends first.
    for (let pass = 0; pass < 3; pass++) {
      server.pass(2 * 60 * 60_000)
      await server.latchkey.cleanUp.run()
    }
    expect(await used()).toBe(0)
  })
})

interface Way {
  door?: string
  remoteAddress?: string
}

function post(
  server: TestServer,
  fields: Record<string, string>,
  { door = '/token', remoteAddress = here }: Way = {},
) {
  return server.app.inject({
    method: 'POST',
    url: door,
    remoteAddress,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(fields).toString(),
  })
}

async function asked(server: TestServer, fields = alice): Promise<Challenge> {
  const refused = await post(server, fields)
  expect(refused.statusCode).toBe(429)
  return refused.json<{ challenge: Challenge }>().challenge
}

async function challenges(server: TestServer): Promise<Record<string, number>> {
  const families = readExposition((await server.app.inject('/metrics')).body)
  const samples = families.get('latchkey_challenges_total')?.samples ?? []
  return Object.fromEntries(samples.map(({ labels, value }) => [labels.outcome, value]))
}

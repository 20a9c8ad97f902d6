/** A solution is used once, whichever of several processes it is sent to. */

import { describe, expect, it, vi } from 'vitest'
import { databases } from '../databases.js'
import { readExposition } from '../exposition-reader.js'
import { type Challenge, solved } from '../solver.js'
import { type Running, run, start } from './run.js'

// Many processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 120_000 })

const alice = { username: 'alice', password: 'correct horse battery' }

for (const database of databases) {
  describe(`one solution, sent to three servers on ${database.name} at once`, () => {
    it('M06 is taken once', async () => {
      const env = {
        LATCHKEY_ISSUER: 'https://auth.example.com',
        LATCHKEY_SECRET_KEY: '0123456789abcdef'.repeat(4),
        LATCHKEY_PORT: '0',
        LATCHKEY_DATABASE_URL: await database.url(),
        LATCHKEY_CHALLENGE: 'under-attack',
        LATCHKEY_CHALLENGE_WORK: '50000',
        LATCHKEY_FAILURES_OVERALL: '3/1d',
      }
      const added = await run(['user', 'add', 'alice'], { env, input: alice.password })
      expect(added.status).toBe(0)
      const servers = Array.from({ length: 3 }, () => start(['serve'], { env }))
      const addresses = await Promise.all(servers.map(addressOf))
      const [first = ''] = addresses

      const altcha = solved(await challengeOf(first))
      const sent = Array.from({ length: 30 }, (_, at) =>
        signIn(addresses[at % 3] ?? '', { ...alice, altcha }),
      )
      const statuses = (await Promise.all(sent)).map(({ status }) => status)
      // Whoever comes a second too late may find room without a solution.
      expect(statuses).toContain(200)
      expect(statuses.filter((status) => ![200, 429].includes(status))).toEqual([])

      const counts = await Promise.all(addresses.map(countsOf))
      const sum = (outcome: string) => counts.reduce((all, each) => all + (each[outcome] ?? 0), 0)
      expect(sum('solved')).toBe(1)
      // For whom there was no room, it was not looked at.
      expect(sum('refused')).toBeLessThanOrEqual(29)
      expect(sum('refused')).toBeGreaterThan(0)
    })
  })
}

/** Attacks until there is no room. */
async function challengeOf(address: string): Promise<Challenge> {
  for (let at = 0; at < 50; at++) {
    await signIn(address, { username: `nobody${at}`, password: 'one for all' })
    const { body } = await signIn(address, alice)
    if (body.challenge !== undefined) return body.challenge
  }
  throw new Error('There was always room')
}

async function signIn(address: string, fields: Record<string, string>) {
  const answer = await fetch(`${address}/token`, {
    method: 'POST',
    body: new URLSearchParams(fields),
  })
  return {
    status: answer.status,
    body: (await answer.json()) as { challenge?: Challenge },
  }
}

async function countsOf(address: string): Promise<Record<string, number>> {
  const families = readExposition(await (await fetch(`${address}/metrics`)).text())
  const samples = families.get('latchkey_challenges_total')?.samples ?? []
  return Object.fromEntries(samples.map(({ labels, value }) => [labels.outcome, value]))
}

async function addressOf(server: Running): Promise<string> {
  const [, address = ''] = await server.until(
    /"address":"(http:\/\/127\.0\.0\.1:\d+)".*"msg":"listening"/,
  )
  return address
}

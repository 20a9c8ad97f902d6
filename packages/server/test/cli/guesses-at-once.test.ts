/** Checklist H02, H03: a thousand guesses at once, through three processes. */

import { describe, expect, it, vi } from 'vitest'
import { databases } from '../databases.js'
import { emptyFolder, type Running, run, start } from './run.js'

// Many processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 120_000 })

const password = 'correct horse battery'

const ways = [
  {
    name: 'three workers on SQLite',
    processes: 1,
    settings: async () => ({
      LATCHKEY_DATABASE_URL: `sqlite:${emptyFolder()}/data/latchkey.db`,
      LATCHKEY_WORKERS: '3',
    }),
  },
  ...databases.map(({ name, url }) => ({
    name: `three servers on ${name}`,
    processes: 3,
    settings: async () => ({ LATCHKEY_DATABASE_URL: await url() }),
  })),
]

describe.each(ways)('a thousand guesses at one password, through $name', (way) => {
  it('H02 are as many checks as one server would make of ten', async () => {
    const env = {
      LATCHKEY_ISSUER: 'https://auth.example.com',
      LATCHKEY_SECRET_KEY: '0123456789abcdef'.repeat(4),
      LATCHKEY_PORT: '0',
      ...(await way.settings()),
    }
    expect((await run(['user', 'add', 'alice'], { env, input: password })).status).toBe(0)
    const servers = Array.from({ length: way.processes }, () => start(['serve'], { env }))
    const addresses = await Promise.all(servers.map(addressOf))

    const guesses = Array.from({ length: 1_000 }, (_, at) =>
      signIn(addresses[at % addresses.length] ?? '', `guess ${at}`),
    )
    const statuses = await Promise.all(guesses)
    const checked = statuses.filter((status) => status === 401).length
    expect(checked).toBeGreaterThan(0)
    // Ten go unslowed, and one more where the second of a wait has passed meanwhile, the two of the next and so on.
    expect(checked).toBeLessThanOrEqual(14)
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(500)
    // On a busy machine some are not read in time, or not answered.
    expect(statuses.filter((status) => ![401, 408, 429, 503].includes(status))).toEqual([])
    const log = await run(['audit', 'list', '--event', 'sign_in_failed', '--json'], { env })
    expect(JSON.parse(log.stdout).items).toHaveLength(checked)
  })
})

async function addressOf(server: Running): Promise<string> {
  const [, address = ''] = await server.until(
    /"address":"(http:\/\/127\.0\.0\.1:\d+)".*"msg":"listening"/,
  )
  return address
}

async function signIn(address: string, guess: string): Promise<number> {
  const body = new URLSearchParams({ username: 'alice', password: guess })
  const answer = await fetch(`${address}/token`, { method: 'POST', body })
  await answer.text()
  return answer.status
}

import { expect } from 'vitest'
import type { TestServer } from './test-server.js'

/** Settings under which three wrong passwords are an attack, and a solution is soon found. */
export const challenging = {
  challenge: 'under-attack',
  challengeWork: '50000',
  failuresOverall: '3/10m',
} as const

/** Fills the limits that three failures fill, and goes on until the next must wait for a minute: a test may take its time. */
export async function attack(server: TestServer, remoteAddress = '198.51.100.1'): Promise<void> {
  for (const seconds of [0, 0, 0, 1, 2, 4, 8, 16, 32]) {
    // A little more, because the clocks of two processes never stand at one millisecond.
    server.pass(seconds * 1000 + (seconds && 200))
    const answer = await server.app.inject({
      method: 'POST',
      url: '/token',
      remoteAddress,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `username=nobody${seconds}&password=one+for+all`,
    })
    expect(answer.statusCode).toBe(401)
  }
}

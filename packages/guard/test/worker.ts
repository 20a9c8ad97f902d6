/** A Worker that runs the table of cases on the platform it is on, and answers what came of it. */

import { testTokens } from '../src/testing.js'
import { type Case, casesFor, guardsFor, type Outcome, outcomeOf } from './cases.js'
import { honoApp, plainApp, type WebApp } from './web-apps.js'

export interface Result {
  readonly app: string
  readonly name: string
  readonly expected: Outcome
  readonly outcome: Outcome
}

export default {
  async fetch(): Promise<Response> {
    const tokens = await testTokens()
    const hono = honoApp(guardsFor(tokens))
    const apps: readonly (readonly [string, WebApp])[] = [
      ['a plain Request', plainApp(guardsFor(tokens))],
      ['Hono', async (request) => hono.request(request)],
    ]
    const cases = await casesFor(tokens)
    const results: Result[] = []
    for (const [name, app] of apps) {
      for (const row of cases) results.push({ app: name, ...(await resultOf(row, app)) })
    }
    return new Response(JSON.stringify({ hasNode: typeof process !== 'undefined', results }))
  },
}

async function resultOf({ name, path, authorization, answer }: Case, app: WebApp) {
  const headers = new Headers()
  for (const value of authorization) headers.append('Authorization', value)
  const request = new Request(`https://api.example.com${path}`, { headers })
  return {
    name: `${name} (${path})`,
    expected: answer,
    outcome: await outcomeOf(await app(request)),
  }
}

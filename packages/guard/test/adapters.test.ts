import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testTokens } from '../src/testing.js'
import { adapters, type Running } from './adapters.js'
import { casesFor, guardsFor, outcomeOf } from './cases.js'

const tokens = await testTokens()
const cases = await casesFor(tokens)

describe.each(adapters)('a request to a guarded route on %s', (_, start) => {
  let app: Running
  beforeAll(async () => {
    app = await start(guardsFor(tokens))
  })
  afterAll(() => app.stop())

  it.for(cases.map((row) => [`${row.name} (${row.path})`, row] as const))(
    '%s',
    async ([, { path, authorization, answer }]) => {
      expect(await outcomeOf(await app.ask(path, authorization))).toEqual(answer)
      // Once more, now that the token is known.
      expect(await outcomeOf(await app.ask(path, authorization))).toEqual(answer)
    },
  )
})

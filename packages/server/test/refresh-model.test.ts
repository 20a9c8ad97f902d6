import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, it } from 'vitest'
import { type Client, firstPartyClientId } from '../src/core/clients.js'
import { judgeRefresh } from '../src/core/judge-refresh.js'
import type { TokenAnswer } from '../src/core/sessions.js'
import type { UserWithHash } from '../src/store/logins.js'
import type { SessionId } from '../src/store/schema.js'
import {
  type Action,
  actionsOf,
  type Bounds,
  beginning,
  explore,
  grace,
  type State,
  take,
  tick,
} from './refresh-model.js'
import { soak } from './soak.js'
import { alice, type TestServer, testServer } from './test-server.js'

describe('the model of two tabs, lost answers and a thief', () => {
  it('E15 signs no honest user out, whatever the order, while requests come within the grace', () => {
    const bounds = { ticks: 5, tabRequests: soak > 0 ? 4 : 3, thiefRequests: 0 }
    const found = explore(bounds)
    expect(found.interleavings).toBeGreaterThan(100_000n)
    expect(found.ended).toBe(0)
  }, 600_000)

  it.each<Bounds>([
    { ticks: 3, tabRequests: 2, thiefRequests: 1 },
    { ticks: 3, tabRequests: 1, thiefRequests: 2 },
    ...(soak > 0 ? [{ ticks: 4, tabRequests: 2, thiefRequests: 2 }] : []),
  ])(
    'E06 lets no thief go on who shows an old token: %j',
    (bounds) => {
      const found = explore(bounds)
      expect(found.interleavings).toBeGreaterThan(100_000n)
      expect(found.thievesFound).toBeGreaterThan(0)
      expect(found.ended).toBeGreaterThan(0)
    },
    600_000,
  )

  it.each<[string, typeof judgeRefresh, string]>([
    [
      'gives no grace',
      (session, claim, client, now, limits) =>
        judgeRefresh(session, claim, client, now, { ...limits, grace: -1 }),
      'An honest user is signed out',
    ],
    [
      'has a grace without an end',
      (session, claim, client, now, limits) =>
        judgeRefresh(session, claim, client, now, { ...limits, grace: Number.MAX_VALUE }),
      'An old token is answered',
    ],
    [
      'takes the grandparent too',
      (session, claim, ...rest) =>
        judgeRefresh(
          session,
          { ...claim, counter: Math.max(claim.counter, session.counter - 1) },
          ...rest,
        ),
      'An old token is answered',
    ],
    [
      'rotates what was used',
      (session, claim, ...rest) =>
        judgeRefresh(session, { ...claim, counter: session.counter }, ...rest),
      'A used token is rotated',
    ],
  ])('finds out a judge who %s', (_, judge, fault) => {
    const bounds = { ticks: 4, tabRequests: 2, thiefRequests: 1 }
    const failure = expect.objectContaining({ cause: expect.objectContaining({ message: fault }) })
    expect(() => explore(bounds, judge)).toThrow(failure)
  })
})

describe('the real sessions', () => {
  it('E04 do what the model does, step by step, in orders of chance', async () => {
    const server = await testServer({ refreshGrace: `${grace / 1000}s` })
    await server.addUser()
    const user = await server.latchkey.store.users.findByLogin({ usernameKey: alice.username })
    const client = await server.latchkey.clients.find(firstPartyClientId)
    if (user === undefined || client === undefined) throw new Error('Nobody to sign in')
    const running = pauseBeforeEachStep(server)
    const seen = { answered: 0, refused: 0, ended: 0 }
    for (let seed = 1; seed <= (soak || 200); seed++) {
      const replay = await Replay.begin(server, user, client, running)
      const chance = random(seed)
      let state = beginning({ ticks: 8, tabRequests: 6, thiefRequests: seed % 3 })
      for (;;) {
        const actions = actionsOf(state)
        const action = actions[Math.floor(chance() * actions.length)]
        if (action === undefined) break
        const next = take(state, action)
        await replay.do(action, state, next)
        state = next
      }
      seen.answered += replay.answered
      seen.refused += replay.refused
      if (state.ended) seen.ended++
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20)
  }, 3_600_000)
})

/** A request to the real sessions, held before each of its steps. */
class Journey {
  /** Where it stands: before which step, or at its end. */
  place: 'findInContext' | 'advance' | 'end' | 'answered' | 'refused' | 'under way' = 'under way'
  answer: TokenAnswer | undefined
  #go = () => {}
  #arrived = () => {}

  /** Takes the next step, and comes back when it stands before the one after, or at the end. */
  goOn(start = this.#go): Promise<void> {
    return new Promise((resolve) => {
      this.#arrived = resolve
      this.place = 'under way'
      start()
    })
  }

  stopBefore(place: 'findInContext' | 'advance' | 'end'): Promise<void> {
    return new Promise((resolve) => {
      this.#go = resolve
      this.arrive(place)
    })
  }

  arrive(place: Journey['place']): void {
    this.place = place
    this.#arrived()
  }
}

type Running = AsyncLocalStorage<Journey>

/** The store stays the real one; only its answers to these questions wait to be let through. */
function pauseBeforeEachStep({ latchkey }: TestServer): Running {
  const running: Running = new AsyncLocalStorage()
  const { sessions } = latchkey.store
  const findInContext = sessions.findInContext.bind(sessions)
  const advance = sessions.advance.bind(sessions)
  const end = sessions.end.bind(sessions)
  sessions.findInContext = async (...asked) => {
    await running.getStore()?.stopBefore('findInContext')
    return findInContext(...asked)
  }
  sessions.advance = async (...asked) => {
    await running.getStore()?.stopBefore('advance')
    return advance(...asked)
  }
  sessions.end = async (...asked) => {
    await running.getStore()?.stopBefore('end')
    return end(...asked)
  }
  return running
}

/** One session, to which the model's actions are done in earnest. */
class Replay {
  answered = 0
  refused = 0
  readonly #server: TestServer
  readonly #client: Client
  readonly #running: Running
  /** The token of each step: a second one for the same step would be a fork. */
  readonly #tokens: string[]
  readonly #journeys = new Map<number, Journey>()
  readonly #sessionId: SessionId

  static async begin(server: TestServer, user: UserWithHash, client: Client, running: Running) {
    const opening = { user, client, scope: undefined, scopes: [], methods: ['pwd'] }
    const { sessions, store } = server.latchkey
    const answer = await sessions.open({ ...opening, origin: { actor: 'test' } })
    const { refreshToken = '' } = answer ?? {}
    const session = await store.sessions.find(sessionOf(refreshToken))
    expect(session).toMatchObject({ user_id: user.id, counter: 0, ended_at: null })
    return new Replay(server, client, running, refreshToken)
  }

  private constructor(server: TestServer, client: Client, running: Running, token: string) {
    this.#server = server
    this.#client = client
    this.#running = running
    this.#tokens = [token]
    this.#sessionId = sessionOf(token)
  }

  async do(action: Action, before: State, after: State): Promise<void> {
    if (action.do === 'tick') this.#server.pass(tick)
    if (action.do === 'send') await this.#send(before.sent, before.stored.token)
    if (action.do === 'present') await this.#send(before.sent, action.claim)
    if (action.do === 'look' || action.do === 'write') await this.#step(action.id, after)
    await this.#expectTheSession(after)
  }

  async #send(id: number, claim: number): Promise<void> {
    const journey = new Journey()
    this.#journeys.set(id, journey)
    const token = this.#tokens[claim] ?? ''
    const refresh = async () => {
      try {
        const asked = { token, client: this.#client, scope: undefined, origin: { actor: 'test' } }
        journey.answer = await this.#server.latchkey.refresh.run(asked)
        journey.arrive('answered')
      } catch (error) {
        expect(error).toMatchObject({ code: 'refresh_token_dead' })
        journey.arrive('refused')
      }
    }
    await journey.goOn(() => void this.#running.run(journey, refresh))
    expect(journey.place).toBe('findInContext')
  }

  async #step(id: number, after: State): Promise<void> {
    const journey = this.#journeys.get(id)
    if (journey === undefined) throw new Error(`There is no request ${id}`)
    await journey.goOn()
    const request = after.requests.find((each) => each.id === id)
    switch (request?.stage) {
      case 'sent':
        return expect(journey.place).toBe('findInContext')
      case 'rotating':
        return expect(journey.place).toBe('advance')
      case 'ending':
        return expect(journey.place).toBe('end')
      default:
        return this.#expectTheAnswer(journey, after)
    }
  }

  #expectTheAnswer({ place, answer }: Journey, { ended, steps }: State): void {
    expect(place).toBe(ended ? 'refused' : 'answered')
    if (answer?.refreshToken === undefined) {
      this.refused++
      return
    }
    this.answered++
    this.#tokens[steps.length] ??= answer.refreshToken
    expect(answer.refreshToken).toBe(this.#tokens[steps.length])
  }

  async #expectTheSession({ steps, ended }: State): Promise<void> {
    const session = await this.#server.latchkey.store.sessions.find(this.#sessionId)
    const ended_why = ended ? 'refresh_reused' : null
    expect(session).toMatchObject({ counter: steps.length, ended_why })
  }
}

/** It stands in the token after the version and the id of the key. */
function sessionOf(token: string): SessionId {
  return Buffer.from(token.slice(4), 'base64url').toString('base64url', 9, 25) as SessionId
}

/** Mulberry32: the same numbers for the same seed. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

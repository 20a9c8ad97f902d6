/**
 * A model of everybody who can present the refresh tokens of one session: two tabs of a browser
 * that share what they store, and a thief who copies it at some moment. Requests take the server's
 * steps one at a time (look, write), wait in between for as long as they like, and their answers
 * get lost. The verdicts are those of the real `judgeRefresh`.
 *
 * Time goes by in ticks. The grace is one tick, and an access token lasts three: the tabs present
 * the stored refresh token only when the stored access token is spent.
 */

import { judgeRefresh, type RefreshVerdict } from '../src/core/judge-refresh.js'
import type { SessionId } from '../src/store/schema.js'

/** Milliseconds of a tick. */
export const tick = 10_000
export const grace = tick
const accessTokenTicks = 3

const tabs = ['first tab', 'second tab'] as const
export type Tab = (typeof tabs)[number]

export interface Bounds {
  ticks: number
  /** How often the tabs present a token, together. */
  tabRequests: number
  thiefRequests: number
}

/** Tests give worse ones, to see that they are found out. */
type Judge = typeof judgeRefresh

interface Request {
  readonly id: number
  readonly by: Tab | 'thief'
  readonly claim: number
  /** Looks at the row that it has had. */
  readonly looks: number
  readonly stage: 'sent' | 'rotating' | 'ending' | 'answered'
  /** Nobody waits for the answer any more. */
  readonly abandoned: boolean
  readonly answeredAt: number
}

export interface State {
  readonly left: Bounds
  readonly now: number
  readonly ended: boolean
  /** When each step was taken: as many as the counter says. */
  readonly steps: readonly number[]
  readonly stored: { readonly token: number; readonly freshUntil: number }
  readonly requests: readonly Request[]
  readonly sent: number
  /** The tokens that the thief holds; none before the copy. */
  readonly stolen: readonly number[]
  readonly thiefActed: boolean
  readonly thiefFound: boolean
  /** A tab's request came later than the grace: then a sign-out is no fault. */
  readonly late: boolean
}

export type Action =
  | { do: 'tick' | 'steal' }
  | { do: 'send'; by: Tab }
  | { do: 'present'; claim: number }
  | { do: 'look' | 'write' | 'deliver' | 'give up'; id: number }

export function beginning(bounds: Bounds): State {
  return {
    left: bounds,
    now: 0,
    ended: false,
    steps: [],
    stored: { token: 0, freshUntil: 0 },
    requests: [],
    sent: 0,
    stolen: [],
    thiefActed: false,
    thiefFound: false,
    late: false,
  }
}

/** All that can happen next. */
export function actionsOf(state: State): Action[] {
  if (state.late) return []
  const { left, now, stored, stolen } = state
  const actions: Action[] = []
  if (left.ticks > 0) actions.push({ do: 'tick' })
  if (left.tabRequests > 0 && now >= stored.freshUntil) {
    // The tabs are alike: where both could, it makes no difference which one does.
    const idle = tabs.find((tab) => !isWaiting(state, tab))
    if (idle !== undefined) actions.push({ do: 'send', by: idle })
  }
  if (left.thiefRequests > 0) {
    if (stolen.length === 0) actions.push({ do: 'steal' })
    for (const claim of stolen) actions.push({ do: 'present', claim })
  }
  return actions.concat(state.requests.flatMap((request) => stepsOf(request, now)))
}

function isWaiting({ requests }: State, tab: Tab): boolean {
  return requests.some(({ by, abandoned }) => by === tab && !abandoned)
}

function stepsOf({ id, by, stage, abandoned, answeredAt }: Request, now: number): Action[] {
  const steps: Action[] = []
  if (stage === 'sent') steps.push({ do: 'look', id })
  if (stage === 'rotating' || stage === 'ending') steps.push({ do: 'write', id })
  if (stage === 'answered' && now - answeredAt <= 1) steps.push({ do: 'deliver', id })
  if (by !== 'thief' && !abandoned) steps.push({ do: 'give up', id })
  return steps
}

/** What is so after an action. @throws Error where that must not be */
export function take(state: State, action: Action, judge = judgeRefresh): State {
  const next = after(state, action, judge)
  if (next.ended && !next.thiefActed && !next.late) throw new Error('An honest user is signed out')
  const ending = next.requests.some(({ stage }) => stage === 'ending')
  if (next.thiefFound && !next.ended && !ending) throw new Error('A thief was found and goes on')
  return next
}

function after(state: State, action: Action, judge: Judge): State {
  const { left, stored } = state
  switch (action.do) {
    case 'tick':
      return { ...state, now: state.now + 1, left: { ...left, ticks: left.ticks - 1 } }
    case 'steal':
      return { ...state, stolen: [stored.token] }
    case 'send': {
      const rest = { ...left, tabRequests: left.tabRequests - 1 }
      return send({ ...state, left: rest }, action.by, stored.token)
    }
    case 'present': {
      const rest = { ...left, thiefRequests: left.thiefRequests - 1 }
      return send({ ...state, left: rest, thiefActed: true }, 'thief', action.claim)
    }
    default:
      return action.do === 'look'
        ? look(state, requestOf(state, action.id), judge)
        : step(state, action.do, requestOf(state, action.id))
  }
}

export function requestOf(state: State, id: number): Request {
  const request = state.requests.find((each) => each.id === id)
  if (request === undefined) throw new Error(`There is no request ${id}`)
  return request
}

function send(state: State, by: Request['by'], claim: number): State {
  const request: Request = {
    id: state.sent,
    by,
    claim,
    looks: 0,
    stage: 'sent',
    abandoned: false,
    answeredAt: 0,
  }
  return { ...state, sent: state.sent + 1, requests: [...state.requests, request] }
}

function step(state: State, kind: 'write' | 'deliver' | 'give up', request: Request): State {
  switch (kind) {
    case 'write':
      return request.stage === 'ending'
        ? settled({ ...state, ended: true }, request)
        : advance(state, request)
    case 'deliver': {
      const token = request.claim + 1
      const freshUntil = request.answeredAt + accessTokenTicks
      return settled({ ...state, stored: { token, freshUntil } }, request)
    }
    case 'give up':
      return request.stage === 'answered'
        ? settled(state, request)
        : changed(state, request, { abandoned: true })
  }
}

function look(state: State, request: Request, judge: Judge): State {
  const verdict = judged(state, request.claim, judge)
  const counter = state.steps.length
  const takenAt = state.steps[request.claim]
  const isLate = takenAt !== undefined && state.now - takenAt > 1
  const isThief = request.by === 'thief'
  const seen = isThief || state.thiefActed ? state : { ...state, late: isLate }
  switch (verdict) {
    case 'rotate':
      if (request.claim !== counter) throw new Error('A used token is rotated')
      // The second look is the last: who finds the step free again has lost it to an ending.
      return changed(seen, request, { stage: 'rotating', looks: request.looks + 1 })
    case 'repeat':
      if (request.claim !== counter - 1 || isLate) throw new Error('An old token is answered')
      return answered(seen, request, counter)
    case 'theft':
      return changed({ ...seen, thiefFound: seen.thiefFound || isThief }, request, {
        stage: 'ending',
      })
    case 'over':
      if (!state.ended) throw new Error('A live session is over')
      return settled(seen, request)
    default:
      throw new Error(`The verdict is ${verdict}`)
  }
}

/** What the real server says of a token at this moment. */
function judged({ steps, now, ended }: State, claim: number, judge: Judge): RefreshVerdict {
  const rotatedAt = steps.at(-1)
  const session = {
    client_id: 'app',
    epoch: 0,
    counter: steps.length,
    created_at: 0,
    last_used_at: rotatedAt === undefined ? 0 : rotatedAt * tick,
    rotated_at: rotatedAt === undefined ? null : rotatedAt * tick,
    ended_at: ended ? now * tick : null,
    password_at: null,
    password_changed_at: null,
    user_disabled: 0,
  } as const
  const limits = { grace, idle: 1_000 * tick, absolute: 1_000 * tick }
  const presented = { sessionId: 'session' as SessionId, epoch: 0, counter: claim }
  return judge(session, presented, 'app', now * tick, limits)
}

/** The compare-and-swap: whoever finds that the step was taken looks once more. */
function advance(state: State, request: Request): State {
  if (!state.ended && state.steps.length === request.claim) {
    const steps = [...state.steps, state.now]
    return answered({ ...state, steps }, request, steps.length)
  }
  if (request.looks === 1) return changed(state, request, { stage: 'sent' })
  if (!state.ended) throw new Error('A live session is refused')
  return settled(state, request)
}

function answered(state: State, request: Request, successor: number): State {
  if (successor !== request.claim + 1) throw new Error('The successors of a token fork')
  if (request.by === 'thief') {
    const stolen = [...new Set([...state.stolen, successor])].sort()
    return settled({ ...state, stolen }, request)
  }
  if (request.abandoned) return settled(state, request)
  return changed(state, request, { stage: 'answered', answeredAt: state.now })
}

function changed(state: State, request: Request, values: Partial<Request>): State {
  const requests = state.requests.map((each) =>
    each.id === request.id ? { ...each, ...values } : each,
  )
  return { ...state, requests }
}

function settled(state: State, request: Request): State {
  return { ...state, requests: state.requests.filter(({ id }) => id !== request.id) }
}

export interface Exploration {
  states: number
  /** Ways from the beginning to an end, each another order of what happens. */
  interleavings: bigint
  /** States in which the session was ended, and rightly so. */
  ended: number
  thievesFound: number
  late: number
}

/** Goes every way from the beginning to its end. @throws Error with the way to what must not be */
export function explore(bounds: Bounds, judge = judgeRefresh): Exploration {
  const ways = new Map<string, bigint>()
  const found: Exploration = { states: 0, interleavings: 0n, ended: 0, thievesFound: 0, late: 0 }

  function waysFrom(state: State): bigint {
    const key = JSON.stringify(state)
    const known = ways.get(key)
    if (known !== undefined) return known
    found.states++
    if (state.ended) found.ended++
    if (state.thiefFound) found.thievesFound++
    if (state.late) found.late++
    const actions = actionsOf(state)
    let sum = actions.length === 0 ? 1n : 0n
    for (const action of actions) sum += waysFrom(taken(state, action, judge))
    ways.set(key, sum)
    return sum
  }

  found.interleavings = waysFrom(beginning(bounds))
  return found
}

function taken(state: State, action: Action, judge: Judge): State {
  try {
    return take(state, action, judge)
  } catch (cause) {
    throw new Error(`After ${JSON.stringify(action)} in ${JSON.stringify(state)}`, { cause })
  }
}

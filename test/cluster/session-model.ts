/** A session as it would be with one caller, one server and no faults: what the real one is held against. */

import type { Request, SessionState } from './history.js'

export const notOpened: SessionState = { phase: 'not opened', counter: 0 }

interface Effect {
  state: SessionState
  answer: 'yes' | 'no'
}

/** What a request does, and what it is answered. All of it happens within the grace of a repeat. */
export function effectOf(request: Request, state: SessionState): Effect {
  const isLive = state.phase === 'live'
  switch (request.do) {
    case 'sign in':
      return { state: { ...state, phase: 'live' }, answer: 'yes' }
    case 'refresh':
      return refreshed(request.step, state)
    case 'sign out everywhere':
      // Who is signed out already may not do it to others.
      return isLive ? { state: ended(state), answer: 'yes' } : { state, answer: 'no' }
    case 'sign out':
    case 'end all':
      return { state: isLive ? ended(state) : state, answer: 'yes' }
    case 'read':
    case 'ask about access':
    case 'verify':
      return { state, answer: isLive ? 'yes' : 'no' }
    case 'ask about refresh':
      return { state, answer: isLive && isGood(request.step, state) ? 'yes' : 'no' }
    case 'look':
      return { state, answer: isSame(request.state, state) ? 'yes' : 'no' }
  }
}

function refreshed(step: number, state: SessionState): Effect {
  if (state.phase !== 'live') return { state, answer: 'no' }
  // An older one is theft; one that is ahead shows that rotations were lost.
  if (!isGood(step, state)) return { state: ended(state), answer: 'no' }
  const counter = Math.max(state.counter, step + 1)
  return { state: { ...state, counter }, answer: 'yes' }
}

/** The current one rotates, the one before it is answered again. */
function isGood(step: number, { counter }: SessionState): boolean {
  return step === counter || step === counter - 1
}

function ended(state: SessionState): SessionState {
  return { ...state, phase: 'ended' }
}

export function isSame(one: SessionState, other: SessionState): boolean {
  return one.counter === other.counter && one.phase === other.phase
}

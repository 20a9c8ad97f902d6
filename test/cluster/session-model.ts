/** A session as it would be with one caller, one server and no faults: what the real one is held against. */

import type { Request, SessionState } from './history.js'

export const opened: SessionState = { counter: 0, ended: false }

/** What a request does, and what it is answered. All of it happens within the grace of a repeat. */
export function effectOf(
  request: Request,
  state: SessionState,
): { state: SessionState; answer: 'yes' | 'no' } {
  switch (request.do) {
    case 'sign in':
      return { state, answer: 'yes' }
    case 'refresh':
      return refreshed(request.step, state)
    case 'sign out':
      return { state: { ...state, ended: true }, answer: 'yes' }
    case 'read':
    case 'verify':
      return { state, answer: state.ended ? 'no' : 'yes' }
    case 'look':
      return { state, answer: isSame(request.state, state) ? 'yes' : 'no' }
  }
}

function refreshed(step: number, state: SessionState): ReturnType<typeof effectOf> {
  const { counter, ended } = state
  if (ended) return { state, answer: 'no' }
  if (step === counter) return { state: { counter: counter + 1, ended }, answer: 'yes' }
  if (step === counter - 1) return { state, answer: 'yes' }
  // An older one is theft; one that is ahead shows that rotations were lost.
  return { state: { counter, ended: true }, answer: 'no' }
}

export function isSame(one: SessionState, other: SessionState): boolean {
  return one.counter === other.counter && one.ended === other.ended
}

/**
 * Is there one order of a session's operations in which the model answers as the servers did, and
 * that puts none before another which had ended when it began? By trying (Wing and Gong, 1993), and
 * trying no situation twice (Lowe, 2017).
 */

import type { Operation, SessionState } from './history.js'
import { effectOf, isSame, notOpened } from './session-model.js'

export function isLinearizable(operations: readonly Operation[]): boolean {
  const seen = new Set<string>()

  function canFinish(left: readonly Operation[], state: SessionState, latest: number): boolean {
    if (left.every(isUncertain)) return true
    const situation = `${state.counter} ${state.phase} ${left.map((one) => operations.indexOf(one))}`
    if (seen.has(situation)) return false
    seen.add(situation)
    const firstEnd = Math.min(...left.map(latestMoment))
    return left.some((operation) => {
      if (operation.start > firstEnd) return false
      const next = after(operation, state, latest)
      const others = left.filter((one) => one !== operation)
      return next !== undefined && canFinish(others, next, Math.max(latest, operation.start))
    })
  }

  return canFinish(operations, notOpened, Number.NEGATIVE_INFINITY)
}

/** It may have been done at any time since its start, or not at all. */
export function isUncertain({ answer }: Operation): boolean {
  return answer === 'unavailable' || answer === 'none'
}

function latestMoment(operation: Operation): number {
  return isUncertain(operation) ? Number.POSITIVE_INFINITY : operation.end
}

/** @param latest start of the operations before it in this order */
function after(
  operation: Operation,
  state: SessionState,
  latest: number,
): SessionState | undefined {
  const effect = effectOf(operation.request, state)
  if (!isUncertain(operation)) return effect.answer === operation.answer ? effect.state : undefined
  // One that changes nothing may as well not have been done.
  if (isSame(effect.state, state)) return undefined
  // What goes on after its caller gave up is a statement that the server was sent: it takes the
  // step, or finds it taken. That the token is too old by then it does not judge any more.
  const isLate = latest > operation.end
  const isJudged = operation.request.do === 'refresh' && effect.answer === 'no'
  return isLate && isJudged ? undefined : effect.state
}

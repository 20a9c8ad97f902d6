import { AuthError } from '@latchkey/client'
import { Problem } from '../../api/problem.js'

/** What to do about a piece that did not arrive, or was not taken. */
export type WhatNow = 'again' | 'signed_out' | 'no_right' | 'failed'

export function whatNow(error: unknown): WhatNow {
  if (error instanceof Problem) return ofStatus(error.status)
  if (error instanceof AuthError) {
    return error.code === 'signed_out' || error.code === 'wrong_credentials'
      ? 'signed_out'
      : 'again'
  }
  // What fetch throws without a connection, and the time limit's. A file that is gone throws another.
  const isTimeout = error instanceof DOMException && error.name === 'TimeoutError'
  return error instanceof TypeError || isTimeout ? 'again' : 'failed'
}

function ofStatus(status: number): WhatNow {
  if (status === 401) return 'signed_out'
  if (status === 403) return 'no_right'
  return status === 408 || status === 429 || status >= 500 ? 'again' : 'failed'
}

/** What callers of several nodes have seen of sessions: each operation from its start to its end. */

export interface History {
  operations: Operation[]
  outages: Outage[]
}

/** Times are milliseconds by one clock that only goes forward. */
export interface Span {
  start: number
  end: number
}

export interface Operation extends Span {
  user: string
  /** Empty where it is about none: a sign-in that failed, or an admin's act. */
  session: string
  node: number
  request: Request
  answer: Answer
  /** The refresh token that came with a yes. */
  token?: string
}

export type Request =
  /** One that failed opened no session that anybody knows of. */
  | { do: 'sign in' }
  /** With the refresh token of this step; the sign-in answered that of step 0. */
  | { do: 'refresh'; step: number }
  | { do: 'sign out' }
  /** By one of the sessions that it ends: all of the user's. */
  | { do: 'sign out everywhere' }
  /** By an admin: all of the user's. */
  | { do: 'end all' }
  /** At a route that reads the session. */
  | { do: 'read' }
  /** Introspection of an access token. */
  | { do: 'ask about access' }
  /** Introspection of the refresh token of this step. */
  | { do: 'ask about refresh'; step: number }
  /** At a route that reads nothing. */
  | { do: 'verify' }
  /** Into the database: is the row so? */
  | { do: 'look'; state: SessionState }

export interface SessionState {
  phase: 'not opened' | 'live' | 'ended'
  /** How often its refresh token has been rotated. */
  counter: number
}

/** `unavailable` is a 503. Of both it and `none` nobody can say whether anything was done. */
export type Answer = 'yes' | 'no' | 'unavailable' | 'none'

/** From before a fault to after the recovery from it. */
export interface Outage extends Span {
  fault: string
  /** Which may answer 503 meanwhile. */
  nodes: readonly number[]
  /** Whether they may give no answer at all: they are killed. */
  kills: boolean
}

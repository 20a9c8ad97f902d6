/** Callers of all nodes at once, and the history of what they ask and are answered. */

import {
  type Answer as HttpAnswer,
  postForm,
  refresh,
  sessionIdOf,
  statusOf,
  type Tokens,
  testuser,
  tokensOf,
} from '../sessions/requests.js'
import { until } from './cluster.js'
import type { Answer, History, Request } from './history.js'
import type { Node } from './node.js'

/** What its user knows of a session. */
export interface KnownSession {
  id: string
  /** By the step that their refresh token is for. */
  tokens: Tokens[]
  /** Its user has asked for its end. */
  isLeft: boolean
}

export class Load {
  readonly history: History = { operations: [], outages: [] }
  readonly sessions: KnownSession[] = []
  isStopped = false
  readonly #nodes: readonly Node[]
  #callers: Promise<unknown> = Promise.resolve()
  #hasFailed = false

  constructor(nodes: readonly Node[]) {
    this.#nodes = nodes
  }

  start(callers: readonly ((load: Load) => Promise<void>)[]): void {
    this.#callers = Promise.all(callers.map((call) => call(this)))
    this.#callers.catch(() => {
      this.#hasFailed = true
    })
  }

  /** Resolves after so many more operations. @throws Error with what a caller did not expect */
  async goesOn(count: number): Promise<void> {
    const { operations } = this.history
    const goal = operations.length + count
    await until(() => this.#hasFailed || operations.length >= goal)
    if (this.#hasFailed) await this.#callers
  }

  async stop(): Promise<void> {
    this.isStopped = true
    await this.#callers
  }

  /** @returns undefined where it fails */
  async signIn(node: number): Promise<KnownSession | undefined> {
    let session: KnownSession | undefined
    await this.#note(UNKNOWN, node, { do: 'sign in' }, async (url) => {
      const answer = await postForm(url, '/token', testuser)
      if (answer.status !== 200) return { answer: verdict(answer, 400) }
      const tokens = tokensOf(answer)
      session = { id: sessionIdOf(tokens.accessToken), tokens: [tokens], isLeft: false }
      this.sessions.push(session)
      return { answer: 'yes' }
    })
    return session
  }

  async refresh(session: KnownSession, step: number, node: number): Promise<Answer> {
    const token = session.tokens[step]?.refreshToken ?? ''
    return this.#note(session.id, node, { do: 'refresh', step }, async (url) => {
      const answer = await refresh(url, token)
      if (answer.status !== 200) return { answer: verdict(answer, 400) }
      const tokens = tokensOf(answer)
      session.tokens[step + 1] ??= tokens
      return { answer: 'yes', token: tokens.refreshToken }
    })
  }

  async signOut(session: KnownSession, node: number): Promise<Answer> {
    const token = newestOf(session).refreshToken
    return this.#note(session.id, node, { do: 'sign out' }, async (url) => ({
      answer: verdict(await postForm(url, '/revoke', { token }), 400),
    }))
  }

  /** At a route that reads the session, or at one that reads nothing. */
  async ask(session: KnownSession, node: number, what: 'read' | 'verify'): Promise<Answer> {
    const path = what === 'read' ? '/users/me' : '/items/'
    const { accessToken } = newestOf(session)
    return this.#note(session.id, node, { do: what }, async (url) => ({
      answer: verdict({ status: await statusOf(url, path, accessToken), body: {} }, 401),
    }))
  }

  async #note(
    session: string,
    node: number,
    request: Request,
    ask: (url: string) => Promise<{ answer: Answer; token?: string }>,
  ): Promise<Answer> {
    const start = performance.now()
    const seen = await ask(this.#urlOf(node)).catch(brokenConnection)
    const end = performance.now()
    this.history.operations.push({ session, node, request, start, end, ...seen })
    return seen.answer
  }

  #urlOf(node: number): string {
    return this.#nodes[node]?.url ?? ''
  }
}

/** Before a sign-in there is no session. */
const UNKNOWN = ''

export function newestOf({ tokens }: KnownSession): Tokens {
  const newest = tokens.at(-1)
  if (newest === undefined) throw new Error('A session without tokens')
  return newest
}

/** @param no the status that refuses */
function verdict({ status, body }: HttpAnswer, no: number): Answer {
  if (status === 200) return 'yes'
  if (status === no) return 'no'
  if (status === 503) return 'unavailable'
  throw new Error(`Answered ${status} ${JSON.stringify(body)}`)
}

/** As `fetch` reports it. */
function brokenConnection(error: unknown): { answer: 'none' } {
  if (error instanceof TypeError && error.cause !== undefined) return { answer: 'none' }
  throw error
}

/** Callers of all nodes at once, and the history of what they ask and are answered. */

import {
  type Answer as HttpAnswer,
  isOverload,
  postForm,
  refresh,
  sessionIdOf,
  statusOf,
  type Tokens,
  tokensOf,
} from '../sessions/requests.js'
import { watchMachine } from './busy-machine.js'
import { type Cluster, until } from './cluster.js'
import type { Answer, History, Operation, Request } from './history.js'
import type { Person } from './people.js'

/** What its user knows of a session. */
export interface KnownSession {
  id: string
  user: Person
  /** By the step that their refresh token is for. */
  tokens: Tokens[]
  /** Its user has asked for its end. */
  isLeft: boolean
}

type Seen = Pick<Operation, 'answer'> & Partial<Pick<Operation, 'session' | 'token'>>

export class Load {
  readonly history: History = { operations: [], outages: [] }
  readonly sessions: KnownSession[] = []
  isStopped = false
  readonly #cluster: Cluster
  #callers: Promise<unknown> = Promise.resolve()
  #hasFailed = false
  readonly #stopWatching: () => void

  constructor(cluster: Cluster) {
    this.#cluster = cluster
    this.#stopWatching = watchMachine(this.history.outages, [...cluster.nodes.keys()])
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

  /** When nothing more is asked. */
  close(): void {
    this.isStopped = true
    this.#stopWatching()
  }

  /** @returns undefined where it fails */
  async signIn(user: Person, node: number): Promise<KnownSession | undefined> {
    let known: KnownSession | undefined
    await this.#note({ user }, node, { do: 'sign in' }, async (url) => {
      const { username, password } = user
      const answer = await postForm(url, '/token', { username, password })
      // More hashes than the machine is good for: this one was not begun.
      if (isOverload(answer)) return undefined
      if (answer.status !== 200) return { answer: verdict(answer, 400) }
      const tokens = tokensOf(answer)
      const session = sessionIdOf(tokens.accessToken)
      known = { id: session, user, tokens: [tokens], isLeft: false }
      this.sessions.push(known)
      return { answer: 'yes', session }
    })
    return known
  }

  async refresh(session: KnownSession, step: number, node: number): Promise<Answer | undefined> {
    const token = session.tokens[step]?.refreshToken ?? ''
    return this.#note(session, node, { do: 'refresh', step }, async (url) => {
      const answer = await refresh(url, token)
      if (answer.status !== 200) return { answer: verdict(answer, 400) }
      const tokens = tokensOf(answer)
      session.tokens[step + 1] ??= tokens
      return { answer: 'yes', token: tokens.refreshToken }
    })
  }

  async signOut(session: KnownSession, node: number): Promise<Answer | undefined> {
    const token = newestOf(session).refreshToken
    return this.#note(session, node, { do: 'sign out' }, async (url) => ({
      answer: verdict(await postForm(url, '/revoke', { token }), 400),
    }))
  }

  async signOutEverywhere(session: KnownSession, node: number): Promise<Answer | undefined> {
    const { accessToken } = newestOf(session)
    return this.#note(session, node, { do: 'sign out everywhere' }, (url) =>
      answerTo(url, '/users/me/sessions', accessToken, 'DELETE'),
    )
  }

  /** As an admin. */
  async endAll(user: Person, node: number): Promise<Answer | undefined> {
    const path = `/admin/sessions?user_id=${user.id}`
    return this.#note({ user }, node, { do: 'end all' }, (url) =>
      answerTo(url, path, this.#cluster.people.adminToken, 'DELETE'),
    )
  }

  /** At a route that reads the session, or at one that reads nothing. */
  async ask(
    session: KnownSession,
    node: number,
    what: 'read' | 'verify',
  ): Promise<Answer | undefined> {
    const path = what === 'read' ? '/users/me' : '/items/'
    const { accessToken } = newestOf(session)
    return this.#note(session, node, { do: what }, (url) => answerTo(url, path, accessToken))
  }

  async askAboutAccess(session: KnownSession, node: number): Promise<Answer | undefined> {
    const { accessToken } = newestOf(session)
    return this.#note(session, node, { do: 'ask about access' }, (url) =>
      this.#introspected(url, accessToken),
    )
  }

  async askAboutRefresh(
    session: KnownSession,
    step: number,
    node: number,
  ): Promise<Answer | undefined> {
    const token = session.tokens[step]?.refreshToken ?? ''
    return this.#note(session, node, { do: 'ask about refresh', step }, (url) =>
      this.#introspected(url, token),
    )
  }

  async #introspected(url: string, token: string): Promise<Seen> {
    const { watcher } = this.#cluster.people
    const answer = await postForm(url, '/introspect', { token, ...watcher })
    if (answer.status !== 200) return { answer: verdict(answer) }
    return { answer: answer.body.active === true ? 'yes' : 'no' }
  }

  async #note(
    about: { user: Person; id?: string },
    node: number,
    request: Request,
    ask: (url: string) => Promise<Seen | undefined>,
  ): Promise<Answer | undefined> {
    const start = performance.now()
    const seen = await ask(this.#cluster.nodes[node]?.url ?? '').catch(brokenConnection)
    const end = performance.now()
    if (seen === undefined) return undefined
    const { id: session = '', user } = about
    const operation = { user: user.id, session, node, request, start, end, ...seen }
    this.history.operations.push(operation)
    return seen.answer
  }
}

export function newestOf({ tokens }: KnownSession): Tokens {
  const newest = tokens.at(-1)
  if (newest === undefined) throw new Error('A session without tokens')
  return newest
}

async function answerTo(
  url: string,
  path: string,
  accessToken: string,
  method = 'GET',
): Promise<Seen> {
  const status = await statusOf(url, path, accessToken, method)
  return { answer: verdict({ status, body: {} }, 401) }
}

/** @param no the status that refuses, where one does */
function verdict({ status, body }: HttpAnswer, no?: number): Answer {
  if (status === 200 || status === 204) return 'yes'
  if (status === no) return 'no'
  if (status === 503) return 'unavailable'
  throw new Error(`Answered ${status} ${JSON.stringify(body)}`)
}

/** As `fetch` reports it. */
function brokenConnection(error: unknown): Seen {
  if (error instanceof TypeError && error.cause !== undefined) return { answer: 'none' }
  throw error
}

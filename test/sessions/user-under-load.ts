import {
  isOverload,
  postForm,
  refresh,
  sessionIdOf,
  statusOf,
  type Tokens,
  testuser,
  tokensOf,
} from './requests.js'

/** What its user knows of a session. */
export interface KnownSession {
  /** Each pair of tokens as it was answered, the newest last; the answer to one more may be lost. */
  answered: Tokens[]
  /** `asked`: a sign-out whose answer is lost. */
  ended: 'no' | 'asked' | 'answered'
}

/**
 * Signs in, refreshes and signs out without pause until the server is gone.
 *
 * @param sessions where it notes what it knows
 * @param onAnswer runs after each answer
 */
export async function useUntilGone(
  url: string,
  random: (below: number) => number,
  sessions: KnownSession[],
  onAnswer: () => void,
): Promise<void> {
  try {
    for (;;) {
      const opening = await postForm(url, '/token', testuser)
      if (isOverload(opening)) continue
      const session: KnownSession = {
        answered: [tokensOf(opening)],
        ended: 'no',
      }
      sessions.push(session)
      onAnswer()
      await refreshSometimes(url, random(12), session, onAnswer)
      if (random(3) > 0) await signOut(url, random(3), session, onAnswer)
    }
  } catch (error) {
    if (!isBrokenConnection(error)) throw error
  }
}

/** As `fetch` reports it. */
function isBrokenConnection(error: unknown): boolean {
  return error instanceof TypeError && error.cause !== undefined
}

/** The newest tokens that were answered. */
export function newestOf({ answered }: KnownSession): Tokens {
  const newest = answered.at(-1)
  if (newest === undefined) throw new Error('A session without tokens')
  return newest
}

async function refreshSometimes(
  url: string,
  times: number,
  session: KnownSession,
  onAnswer: () => void,
): Promise<void> {
  for (let time = 0; time < times; time++) {
    const tokens = tokensOf(await refresh(url, newestOf(session).refreshToken))
    session.answered.push(tokens)
    onAnswer()
  }
}

async function signOut(
  url: string,
  way: number,
  session: KnownSession,
  onAnswer: () => void,
): Promise<void> {
  const { accessToken, refreshToken } = newestOf(session)
  session.ended = 'asked'
  if (way === 0) {
    const path = `/users/me/sessions/${sessionIdOf(accessToken)}`
    expectStatus(204, await statusOf(url, path, accessToken, 'DELETE'))
  } else {
    const token = way === 1 ? accessToken : refreshToken
    expectStatus(200, (await postForm(url, '/revoke', { token })).status)
  }
  session.ended = 'answered'
  onAnswer()
}

function expectStatus(expected: number, status: number): void {
  if (status !== expected) throw new Error(`Answered ${status} instead of ${expected}`)
}

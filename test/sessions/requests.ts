/** What the tests of sessions ask of a server, over real sockets. */

export const testuser = { username: 'testuser', password: 'password123' }

export interface Answer {
  status: number
  body: Record<string, unknown>
}

export interface Tokens {
  accessToken: string
  refreshToken: string
}

/** @throws Error where there is no answer */
export async function postForm(
  url: string,
  path: string,
  fields: Record<string, string>,
): Promise<Answer> {
  const answer = await fetch(url + path, { method: 'POST', body: new URLSearchParams(fields) })
  return { status: answer.status, body: parsed(await answer.text()) }
}

export async function signIn(
  url: string,
  user: { username: string; password: string; scope?: string } = testuser,
): Promise<Tokens> {
  return tokensOf(await postForm(url, '/token', user))
}

export function refresh(url: string, refreshToken: string): Promise<Answer> {
  const fields = { grant_type: 'refresh_token', refresh_token: refreshToken }
  return postForm(url, '/oauth/token', fields)
}

/** @throws Error where the answer is a refusal */
export function tokensOf({ status, body }: Answer): Tokens {
  const { access_token: accessToken, refresh_token: refreshToken } = body
  if (status !== 200 || typeof accessToken !== 'string' || typeof refreshToken !== 'string') {
    throw new Error(`No tokens: ${status} ${JSON.stringify(body)}`)
  }
  return { accessToken, refreshToken }
}

/** Whether a sign-in was not begun, because the machine is too busy for its hash. */
export function isOverload({ status, body }: Answer): boolean {
  return status === 503 && /sign-ins/.test(`${body.detail}`)
}

/** The status of a request with a token, without a body. */
export async function statusOf(
  url: string,
  path: string,
  accessToken: string,
  method = 'GET',
): Promise<number> {
  const headers = { authorization: `Bearer ${accessToken}` }
  const answer = await fetch(url + path, { method, headers })
  await answer.arrayBuffer()
  return answer.status
}

/** `sid` of an access token. */
export function sessionIdOf(accessToken: string): string {
  return claimOf(accessToken, 'sid')
}

export function claimOf(accessToken: string, name: string): string {
  const [, payload = ''] = accessToken.split('.')
  const claim = parsed(Buffer.from(payload, 'base64url').toString())[name]
  if (typeof claim !== 'string') throw new Error(`The token has no ${name}`)
  return claim
}

function parsed(text: string): Record<string, unknown> {
  const value: unknown = text === '' ? {} : JSON.parse(text)
  if (typeof value !== 'object' || value === null) throw new Error(`Not an object: ${text}`)
  return { ...value }
}

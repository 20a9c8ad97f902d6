/** What the documentation's snippets take for granted, and what their readers put around them. */

/** Names that a page has introduced in words, or in a snippet before. */
export const assumed = `
import type { AuthError as Errors, Client, createClient as create } from '@latchkey/client'
import type { createGuard as guardOf, Guard, IssuerOptions, JwkSet } from '@latchkey/guard'
import type { FastifyInstance } from 'fastify'

interface Kept {
  getItem(key: string): Promise<string | null>
  setItem(key: string, text: string): Promise<void>
  removeItem(key: string): Promise<void>
}

declare global {
  const app: FastifyInstance
  const auth: Client
  const AuthError: typeof Errors
  const createClient: typeof create
  const createGuard: typeof guardOf
  const guard: Guard<'items:read' | 'items:write'>
  const jwks: JwkSet
  const kept: Kept
  const options: IssuerOptions
  const otp: string
  const password: string
  const username: string
  function askForCode(): Promise<string>
  function listItems(owner: string): readonly string[]
  function show(text: string): void
  function SignIn(): null
}
`

export const alice = { username: 'alice', password: 'correct horse battery' }

/** Ahead of every snippet that is run. */
export const surroundings = `
globalThis.listItems = (owner) => ['something of ' + owner]
globalThis.show = () => {}
Object.assign(globalThis, ${JSON.stringify(alice)})
`

const fetchFrom = (port: string) => `fetch('http://127.0.0.1:' + ${port} + '/items/', { headers })`

/** By the module whose snippet it is: how its API is asked for \`/items/\`. */
export const adapters: Record<string, string> = {
  '@latchkey/guard/fastify': `export const ask = async (headers) => {
    const { statusCode: status, body } = await app.inject({ url: '/items/', headers })
    return new Response(body, { status })
  }`,
  '@latchkey/guard/express': `export const ask = async (headers) => {
    const listening = app.listen(0, '127.0.0.1')
    await new Promise((resolve) => listening.once('listening', resolve))
    return ${fetchFrom('listening.address().port')}.finally(() => listening.close())
  }`,
  '@latchkey/guard/hono': `export const ask = (headers) => app.request('/items/', { headers })`,
  '@latchkey/guard/node': `export const ask = async (headers) => {
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    return ${fetchFrom('server.address().port')}.finally(() => server.close())
  }`,
  'GET(request: Request)': `export const ask = (headers) =>
    GET(new Request('https://api.example.com/items/', { headers }))`,
}

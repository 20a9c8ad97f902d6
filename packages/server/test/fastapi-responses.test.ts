import type { InjectOptions } from 'fastify'
import { describe, expect, it } from 'vitest'
import { encodedPassword, fastapiRequests, form } from './fastapi-requests.js'
import { sharedServer } from './test-server.js'
import { readVectors, vectorsAbsent } from './vectors.js'

/** Where the contract says something else than the tutorial's application, and why. */
const exceptions: readonly {
  name: string
  send: InjectOptions
  status: number
  error?: string
  challenge?: string
}[] = [
  // An unknown grant type is RFC 6749's error, not a field that fails to match a pattern.
  {
    name: 'grant wrong',
    send: form(`grant_type=foo&username=alice&password=${encodedPassword}`),
    status: 400,
    error: 'unsupported_grant_type',
  },
  {
    name: 'wrong grant + missing',
    send: form('grant_type=foo'),
    status: 400,
    error: 'unsupported_grant_type',
  },
  // Which of two usernames would be meant?
  {
    name: 'dup username',
    send: form('username=a&username=b&password=x&scope=x%20y'),
    status: 400,
    error: 'invalid_request',
  },
  {
    name: 'bad multipart',
    send: {
      method: 'POST',
      url: '/token',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      payload: 'this is no multipart',
    },
    status: 400,
    error: 'invalid_request',
  },
  {
    name: 'bad pct',
    send: form('username=%ff%fe&password=x'),
    status: 400,
    error: 'invalid_request',
  },
  // The tutorial's application takes any text after "Bearer" for a token, even none.
  {
    name: 'Bearer only',
    send: { method: 'GET', url: '/users/me', headers: { authorization: 'Bearer' } },
    status: 401,
    challenge: 'Bearer error="invalid_token"',
  },
  {
    name: 'Bearer spaces',
    send: { method: 'GET', url: '/users/me', headers: { authorization: 'Bearer a b' } },
    status: 401,
    challenge: 'Bearer error="invalid_token"',
  },
]

describe.skipIf(vectorsAbsent)('the recorded answers of a FastAPI application', () => {
  const server = sharedServer()
  const recorded = vectorsAbsent ? new Map() : readRecording()

  it.for(Object.entries(fastapiRequests))('are a part of ours: %s', async ([name, sent]) => {
    const theirs = recorded.get(name)
    const ours = await server().app.inject(sent)
    expect(ours.statusCode).toBe(theirs?.status)
    for (const header of ['allow', 'www-authenticate']) {
      expect(ours.headers[header]).toBe(theirs?.headers[header])
    }
    if (theirs?.headers['content-type'] === 'application/json') {
      expect(ours.json()).toMatchObject(
        ours.statusCode === 200 ? { token_type: 'bearer' } : JSON.parse(theirs.body),
      )
    }
    if (theirs?.headers.location !== undefined) {
      expect(ours.headers.location).toBe(new URL(theirs.headers.location).pathname)
    }
  })

  it('take a lower-case scheme, and so do we', async () => {
    expect(recorded.get('lower bearer')?.status).toBe(200)
    const token = await server().signIn()
    const authorization = `bearer ${token}`
    const answer = await server().app.inject({ url: '/users/me', headers: { authorization } })
    expect(answer.statusCode).toBe(200)
  })

  it('are all accounted for', () => {
    const accounted = [...Object.keys(fastapiRequests), ...exceptions.map(({ name }) => name)]
    expect([...recorded.keys()].sort()).toEqual([...accounted, 'lower bearer'].sort())
  })
})

describe('where we answer otherwise than a FastAPI application', () => {
  const server = sharedServer()

  it.for(exceptions)('$name', async ({ send, status, error, challenge }) => {
    const answer = await server().app.inject(send)
    expect(answer.statusCode).toBe(status)
    expect(answer.json().error).toBe(error)
    expect(typeof answer.json().detail).toBe('string')
    expect(answer.headers['www-authenticate']?.slice(0, challenge?.length)).toBe(challenge)
  })
})

interface Recorded {
  status: number
  headers: Readonly<Record<string, string>>
  body: string
}

/** `## name -> status {headers}` with the body on the line below; what else is in the file is its documentation pages. */
function readRecording(): Map<string, Recorded> {
  const entry = /^## (.+) -> (\d{3}) (\{.*\})\n(.*)$/gm
  return new Map(
    [...readVectors('fastapi-responses.txt').matchAll(entry)].map(
      ([, name = '', status, headers = '', body = '']) => [
        name,
        { status: Number(status), headers: JSON.parse(headers.replaceAll("'", '"')), body },
      ],
    ),
  )
}

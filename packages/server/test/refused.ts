import type { LightMyRequestResponse } from 'fastify'
import { expect } from 'vitest'

export interface ExpectedRefusal {
  status: number
  error: string
  challenge?: string
  /** The description, where its words are the contract's. */
  description?: string
  /** Fields whose absence a 422 reports. */
  missing?: readonly string[]
}

/** Holds an answer of a token endpoint against the contract: status, headers and the whole body. */
export function expectRefused(answer: LightMyRequestResponse, expected: ExpectedRefusal): void {
  const { status, error, challenge, description, missing } = expected
  const body = answer.json()
  expect({ status: answer.statusCode, error: body.error }).toEqual({ status, error })
  expect(Object.keys(body).sort()).toEqual(['detail', 'error', 'error_description'])
  expect(body.error_description).toEqual(description ?? expect.stringMatching(/^\S.{5,200}$/s))
  expect(body.detail).toEqual(missing?.map(missingField) ?? body.error_description)
  expect(answer.headers).toMatchObject({
    'content-type': expect.stringMatching(/^application\/json\b/),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  expect(answer.headers['www-authenticate']).toBe(challenge)
}

/** The storage is away: the caller is to come again, and learns nothing of what broke. */
export function expectUnavailable(answer: LightMyRequestResponse): void {
  expect(answer.statusCode).toBe(503)
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.headers['set-cookie']).toBeUndefined()
  const body = answer.json()
  for (const name of ['access_token', 'refresh_token', 'active', 'items']) {
    expect(body).not.toHaveProperty(name)
  }
  const isProblem = answer.headers['content-type']?.toString().includes('problem')
  expect(body).toMatchObject(
    isProblem ? { status: 503, detail: expect.any(String) } : { error: 'temporarily_unavailable' },
  )
  // What broke is for the log.
  expect(answer.body).not.toContain('The test has broken')
}

/** As FastAPI says that a form field is not there. */
function missingField(name: string) {
  return { type: 'missing', loc: ['body', name], msg: 'Field required', input: null }
}

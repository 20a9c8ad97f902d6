/** What callers send, and what every adapter answers: one table, made of the web platform alone. */

import { createGuard, type Guard } from '../src/index.js'
import type { TestTokens } from '../src/testing.js'

/** The guards of the routes that an adapter has in these tests. */
export interface Guards {
  readonly guard: Guard<'items:read' | 'admin'>
  /** One that cannot know what was revoked. */
  readonly unsure: Guard
}

export interface Case {
  readonly name: string
  /** One of the routes below. */
  readonly path: '/items' | '/admin' | '/recent' | '/open' | '/unsure'
  /** One entry a header. */
  readonly authorization: readonly string[]
  readonly answer: Outcome
}

export interface Outcome {
  readonly status: number
  readonly challenge: string | null
  readonly retryAfter: string | null
  readonly cacheControl: string | null
  /** Without parameters. */
  readonly contentType: string | undefined
  readonly body: unknown
}

export function guardsFor({ guardOptions }: TestTokens): Guards {
  return {
    guard: createGuard({ ...guardOptions, scopes: ['items:read', 'admin'] }),
    unsure: createGuard({ ...guardOptions, status: () => 'unknown' }),
  }
}

/** `/items` and `/admin` ask for scopes, `/recent` for a sign-in within 300 seconds, `/open` for nothing. */
export async function casesFor(tokens: TestTokens): Promise<readonly Case[]> {
  const scope = 'items:read account'
  const valid = await tokens.valid({ scope })
  const bearer = `Bearer ${valid}`
  const signedInAt = (ago: number) =>
    tokens.valid({ auth_time: Math.floor(tokens.now() / 1000) - ago })
  return [
    row('/items', 'passes with a valid token', [bearer], passed),
    row('/items', 'B19 passes whatever the case of the scheme', [`bEARER ${valid}`], passed),
    row('/items', 'B20 is told of the scheme alone without credentials', [], anonymous),
    row('/items', 'B20 is no bearer by another scheme', ['Basic dTpw'], anonymous),
    row('/items', 'B19 is refused with two tokens', [bearer, bearer], several),
    row('/items', 'B19 is refused with Basic behind its token', [bearer, 'Basic dTpw'], several),
    row('/items', 'B19 is refused with Basic ahead of its token', ['Basic dTpw', bearer], several),
    row('/items', 'B19 is refused with an empty header ahead', ['', bearer], several),
    row('/items', 'B19 is refused with two in one header', [`${bearer}, ${bearer}`], several),
    row('/items', 'is refused with an empty token', ['Bearer'], invalid),
    row('/items', 'is refused with no token at all', ['Bearer x'], invalid),
    row('/items', 'B08 is refused with three parts of nothing', ['Bearer a.b.c'], invalid),
    row('/items', 'B02 is refused unsigned', [bearing(await tokens.unsigned({ scope }))], invalid),
    row('/items', 'B03 B05 is refused forged', [bearing(await tokens.forged({ scope }))], invalid),
    row('/items', 'B15 is refused tampered', [bearing(await tokens.tampered({ scope }))], invalid),
    row('/items', 'B10 is refused expired', [bearing(await tokens.expired({ scope }))], invalid),
    row(
      '/items',
      'B10 is refused too early',
      [bearing(await tokens.notYetValid({ scope }))],
      invalid,
    ),
    row(
      '/items',
      'B11 is refused from another issuer',
      [bearing(await tokens.fromAnotherIssuer({ scope }))],
      invalid,
    ),
    row(
      '/items',
      'B12 is refused for another API',
      [bearing(await tokens.forAnotherAudience({ scope }))],
      invalid,
    ),
    row('/items', 'B17 is refused revoked', [bearing(await tokens.revoked({ scope }))], invalid),
    row('/admin', 'B20 is told which scope it lacks', [bearer], lacksAdmin),
    row(
      '/admin',
      'B21 has no scope by a part of it',
      [bearing(await tokens.valid({ scope: 'administrator admi ADMIN' }))],
      lacksAdmin,
    ),
    row(
      '/admin',
      'passes with the scope among others',
      [bearing(await tokens.valid({ scope: 'a admin b' }))],
      passed,
    ),
    row('/recent', 'passes that has just signed in', [bearing(await signedInAt(300))], passed),
    row('/recent', 'is to sign in again after too long', [bearing(await signedInAt(301))], tooOld),
    row(
      '/recent',
      'is to sign in again if nothing says when it did',
      [bearing(await tokens.valid({ auth_time: undefined }))],
      tooOld,
    ),
    row('/open', 'passes as nobody without credentials', [], nobody),
    row('/open', 'passes as nobody by another scheme', ['Basic dTpw'], nobody),
    row('/open', 'is known by a valid token', [bearer], passed),
    row(
      '/open',
      'B22 is refused with a bad token even here',
      [bearing(await tokens.forged())],
      invalid,
    ),
    row('/open', 'B19 is refused with two tokens even here', [bearer, bearer], several),
    row('/unsure', 'is to come again while revocations are not known', [bearer], unsure),
    row('/unsure', 'is told to have no token all the same', [], anonymous),
  ]
}

/** What an app answers to the caller that it is told of. */
export function greeting(principal: { readonly subject: string } | undefined): string {
  return principal?.subject ?? 'nobody'
}

/** What is looked at of an answer. */
export async function outcomeOf(response: Response): Promise<Outcome> {
  const contentType = response.headers.get('content-type')?.split(';')[0]
  const text = await response.text()
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    retryAfter: response.headers.get('retry-after'),
    ...(response.ok
      ? { cacheControl: null, contentType: undefined, body: text }
      : {
          cacheControl: response.headers.get('cache-control'),
          contentType,
          body: text.startsWith('{') ? JSON.parse(text) : text,
        }),
  }
}

function row(
  path: Case['path'],
  name: string,
  authorization: readonly string[],
  answer: Outcome,
): Case {
  return { path, name, authorization, answer }
}

function bearing(token: string): string {
  return `Bearer ${token}`
}

function greets(body: string): Outcome {
  return {
    status: 200,
    challenge: null,
    retryAfter: null,
    cacheControl: null,
    contentType: undefined,
    body,
  }
}

function refuses(status: number, title: string, detail: string, challenge: string | null): Outcome {
  return {
    status,
    challenge,
    retryAfter: status === 503 ? '5' : null,
    cacheControl: 'no-store',
    contentType: 'application/problem+json',
    body: { type: 'about:blank', title, status, detail },
  }
}

const passed = greets('user-1')
const nobody = greets('nobody')
const anonymous = refuses(401, 'Unauthorized', 'Not authenticated', 'Bearer')
const several = refuses(
  400,
  'Bad Request',
  'Send exactly one set of credentials',
  'Bearer error="invalid_request"',
)
const description = 'The access token is invalid or has expired'
const invalid = refuses(
  401,
  'Unauthorized',
  description,
  `Bearer error="invalid_token", error_description="${description}"`,
)
const lacksAdmin = refuses(
  403,
  'Forbidden',
  'This needs the scope admin',
  'Bearer error="insufficient_scope", scope="admin"',
)
const tooOld = refuses(
  401,
  'Unauthorized',
  'A more recent sign-in is needed',
  'Bearer error="insufficient_user_authentication", max_age="300"',
)
const unsure = refuses(
  503,
  'Service Unavailable',
  'It cannot be known now whether the token was revoked',
  null,
)

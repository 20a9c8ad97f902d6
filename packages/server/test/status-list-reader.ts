/**
 * A reader of Token Status Lists, written after draft-ietf-oauth-status-list (sections 4, 5.1 and 8.3)
 * and not after the server: jose for the signature, the platform for the rest.
 */

import { inflateSync } from 'node:zlib'
import { createLocalJWKSet, decodeJwt, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { expect } from 'vitest'
import type { TestServer } from './test-server.js'
import { type Answer, claimsOf } from './token-requests.js'

export interface StatusListClaim {
  bits: number
  /** Base64url of the zlib format. */
  lst: string
}

export interface ReadList {
  header: Record<string, unknown>
  claims: Record<string, unknown>
  /** How many places it has. */
  size: number
  /** The status at a place. */
  at(index: number): number
}

/** Section 4.1: the first status is in the lowest bits of the first byte. */
export function openList({ bits, lst }: StatusListClaim): Pick<ReadList, 'size' | 'at'> {
  const bytes = inflateSync(Buffer.from(lst, 'base64url'))
  return {
    size: (bytes.length * 8) / bits,
    at: (index) => {
      const byte = bytes[Math.floor((index * bits) / 8)] ?? Number.NaN
      return (byte >> ((index * bits) % 8)) & (2 ** bits - 1)
    },
  }
}

/** Verifies a list token at the moment when it was made. */
export async function readList(
  token: string,
  uri: string,
  keys: JWTVerifyGetKey,
): Promise<ReadList> {
  const { iat = 0 } = decodeJwt(token)
  const { payload, protectedHeader } = await jwtVerify<{ status_list: StatusListClaim }>(
    token,
    keys,
    {
      typ: 'statuslist+jwt',
      subject: uri,
      currentDate: new Date(iat * 1000),
      requiredClaims: ['iat', 'exp', 'sub', 'ttl', 'status_list'],
    },
  )
  return { header: { ...protectedHeader }, claims: payload, ...openList(payload.status_list) }
}

/** Where an access token stands. */
export function placeOf(accessToken: string): { idx: number; uri: string } {
  const { status } = claimsOf(accessToken)
  return (status as { status_list: { idx: number; uri: string } }).status_list
}

/** `GET` of a list by its address, which is under the issuer's. */
export function getList(
  server: TestServer,
  uri: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return server.app.inject({ url: new URL(uri).pathname, headers })
}

/** What a service that has only the server's addresses finds about a token. */
export async function statusOf(server: TestServer, accessToken: string): Promise<number> {
  const { idx, uri } = placeOf(accessToken)
  const answer = await getList(server, uri)
  expect(answer.statusCode).toBe(200)
  return (await readList(answer.body, uri, await keysOf(server))).at(idx)
}

export async function keysOf(server: TestServer): Promise<JWTVerifyGetKey> {
  return createLocalJWKSet((await server.app.inject('/.well-known/jwks.json')).json())
}

import type { FastifyRequest } from 'fastify'
import type { Instant, UserRow } from '../store/schema.js'

/** The `ETag` of an answer about a user. */
export function versionOf({ updated_at: at }: Pick<UserRow, 'updated_at'>): string {
  return `"${at.toString(36)}"`
}

/**
 * The `updated_at` of the user that a change is meant for; undefined for whatever there is.
 * A version that we have never given is one that the user does not have (RFC 9110 section 13.1.1).
 */
export function versionAskedFor({ headers }: FastifyRequest): Instant | undefined {
  const given = headers['if-match']
  if (given === undefined || given.trim() === '*') return undefined
  const [, version = ''] = /^"([0-9a-z]{1,10})"$/.exec(given.trim()) ?? []
  return Number.parseInt(version, 36) as Instant
}

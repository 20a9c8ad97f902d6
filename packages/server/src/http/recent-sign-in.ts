import type { Guard } from '@latchkey/guard'
import type { FastifyRequest } from 'fastify'
import type { Users } from '../core/users.js'
import { Refusal } from '../errors.js'
import type { UserRow } from '../store/schema.js'
import { originOf } from './origin.js'

/** Seconds for which a sign-in is recent enough to change what guards the account. */
const maxAge = 300

/**
 * Lets pass who gives the current password, or has signed in a moment ago (contract, section 6).
 *
 * @throws Refusal `recent_sign_in_needed`, or the guard's own for a sign-in that is too old
 */
export async function requireRecentSignIn(
  { users, guard }: { users: Users; guard: Guard },
  request: FastifyRequest,
  caller: UserRow,
  currentPassword: string | undefined,
): Promise<void> {
  if (currentPassword === undefined) return guard.requireRecent(request.principal, maxAge)
  if (await users.hasPassword(caller, currentPassword, originOf(request, `user:${caller.id}`)))
    return
  throw new Refusal('recent_sign_in_needed', { message: 'The current password is not right' })
}

import type { Identity } from './core/identity.js'
import { HashPool, hashThreads } from './core/passwords/hash-pool.js'
import { PasswordPolicy } from './core/passwords/password-policy.js'
import { Passwords } from './core/passwords/passwords.js'
import type { Tracing } from './core/tracing.js'
import type { Primary } from './primary.js'
import type { Settings } from './settings/settings.js'

interface Hashing {
  /** In place of one of its own. */
  hashPool?: HashPool | undefined
  /** Where other processes hash on this machine too. */
  primary?: Primary | undefined
  tracing: Tracing
}

/** What checks and hashes passwords. */
export function openPasswords(
  settings: Settings,
  identity: Identity,
  { hashPool, primary, tracing }: Hashing,
) {
  const { breachedPasswords, passwordMinLength: minLength, passwordHash: choice } = settings
  const pool =
    hashPool ?? new HashPool({ workers: hashThreads(settings.workers), cores: primary?.cores })
  return {
    pool,
    passwords: new Passwords({ pool, choice, tracing }),
    passwordPolicy: new PasswordPolicy({ identity, minLength, breachedPasswords }),
  }
}

import type { Identity } from './core/identity.js'
import type { Cores } from './core/passwords/cores.js'
import { HashPool, hashThreads } from './core/passwords/hash-pool.js'
import { PasswordPolicy } from './core/passwords/password-policy.js'
import { Passwords } from './core/passwords/passwords.js'
import type { Settings } from './settings/settings.js'

interface Hashing {
  /** In place of one of its own. */
  hashPool?: HashPool | undefined
  /** Where other processes hash on this machine too. */
  cores?: Cores | undefined
}

/** What checks and hashes passwords. */
export function openPasswords(
  settings: Settings,
  identity: Identity,
  { hashPool, cores }: Hashing,
) {
  const { breachedPasswords, passwordMinLength: minLength, passwordHash: choice } = settings
  const pool = hashPool ?? new HashPool({ workers: hashThreads(settings.workers), cores })
  return {
    pool,
    passwords: new Passwords({ pool, choice }),
    passwordPolicy: new PasswordPolicy({ identity, minLength, breachedPasswords }),
  }
}

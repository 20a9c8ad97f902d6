import type { Identity } from './core/identity.js'
import { HashPool, hashThreads } from './core/passwords/hash-pool.js'
import { PasswordPolicy } from './core/passwords/password-policy.js'
import { Passwords } from './core/passwords/passwords.js'
import type { Settings } from './settings/settings.js'

/** What checks and hashes passwords. @param hashPool in place of one of its own */
export function openPasswords(settings: Settings, identity: Identity, hashPool?: HashPool) {
  const { breachedPasswords, passwordMinLength: minLength, passwordHash: choice } = settings
  const pool = hashPool ?? new HashPool({ workers: hashThreads(settings.workers) })
  return {
    pool,
    passwords: new Passwords({ pool, choice }),
    passwordPolicy: new PasswordPolicy({ identity, minLength, breachedPasswords }),
  }
}

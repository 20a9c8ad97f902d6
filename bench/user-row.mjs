import { randomBytes } from 'node:crypto'

/** A user as the store keeps it, past registration; each number has a name of its own. */
export function userRow(number) {
  const at = Date.now()
  return {
    id: randomBytes(16).toString('hex'),
    username: `user${number}`,
    username_key: `user${number}`,
    email: null,
    email_key: null,
    email_verified: 0,
    disabled: 0,
    scopes: '',
    created_at: at,
    updated_at: at,
  }
}

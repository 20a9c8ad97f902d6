import { Refusal } from '../errors.js'
import type { UserRow } from '../store/schema.js'
import { firstPartyClientId } from './clients.js'
import { emailKey, usernameKey, whyUnusable } from './names.js'

export type Names = Pick<UserRow, 'username' | 'username_key' | 'email' | 'email_key'>

/**
 * The names that a new user has, with what they are compared by. A name with an @ in it must be that
 * user's own address, or it could be mistaken for another's (contract, section 3).
 *
 * @throws Refusal `username_unusable`, `email_unusable`
 */
export function namesOf({
  username,
  email,
}: {
  username: string
  email?: string | undefined
}): Names {
  const key = usernameKey(username)
  const why = key === firstPartyClientId ? 'is the name of a client' : whyUnusable(username)
  if (key === undefined || why !== undefined) {
    throw new Refusal('username_unusable', { message: `The username ${why}`, fields: ['username'] })
  }
  const address = claimedAddress({ username, email })
  const addressKey = address === undefined ? null : emailKey(address)
  if (addressKey === undefined) throw unusable('That is not an e-mail address')
  if (username.includes('@') && addressKey !== key) {
    throw new Refusal('username_unusable', {
      message: "A username with an @ in it must be the user's own e-mail address",
      fields: ['username'],
    })
  }
  return { username, username_key: key, email: address ?? null, email_key: addressKey }
}

/** The address that a new user says is theirs: a name with an @ in it is one. */
export function claimedAddress({
  username,
  email,
}: {
  username: string
  email?: string | undefined
}): string | undefined {
  return email ?? (username.includes('@') ? username : undefined)
}

/**
 * Refuses an address that is compared as another than the one where its mail arrives: who can read the
 * mail of one with a dotless "ı" would prove the one with an "i" to be theirs (checklist H09).
 *
 * @throws Refusal `email_unusable`
 */
export function checkProvable(email: string): void {
  if (emailKey(email) === undefined) throw unusable('That is not an e-mail address')
  if (isProvable(email)) return
  throw unusable('The e-mail address holds a character that can be taken for another')
}

/** Whether an address is compared as the one where its mail arrives. */
export function isProvable(email: string): boolean {
  return emailKey(email) === email.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

function unusable(message: string): Refusal {
  return new Refusal('email_unusable', { message, fields: ['email'] })
}

import { ask } from '../../api/ask.js'

export interface Invitation {
  readonly id: string
  readonly email: string
  /** Null for what everybody gets who registers. */
  readonly scopes: readonly string[] | null
  readonly created_at: string
  readonly expires_at: string
}

export const invitationsPath = 'admin/invitations'

/** The link is in the mail alone. */
export async function invite(email: string, scopes: readonly string[]): Promise<void> {
  await ask('POST', invitationsPath, { body: { email, ...(scopes.length > 0 && { scopes }) } })
}

export async function withdraw(id: string): Promise<void> {
  await ask('DELETE', `${invitationsPath}/${encodeURIComponent(id)}`)
}

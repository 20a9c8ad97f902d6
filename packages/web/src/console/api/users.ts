/** A user as admins see them. */
export interface FullUser {
  readonly id: string
  readonly username: string
  readonly email: string | null
  readonly email_verified: boolean
  readonly disabled: boolean
  readonly scopes: readonly string[]
  readonly created_at: string
}

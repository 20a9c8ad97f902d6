/** Who is signed in on this device, as it is kept. */
export interface Session {
  /** Made on this device; tells one sign-in from the next. No secret. */
  readonly id: string
  /** How often it was refreshed. Of two copies the one with more steps is the newer. */
  readonly step: number
  readonly accessToken: string
  /** Absent where it travels in a cookie. */
  readonly refreshToken?: string
  readonly scopes: readonly string[]
  /** What was typed at the sign-in, where something was. */
  readonly username?: string
  /** The access token's life in seconds. */
  readonly expiresIn: number
  /** By this device's clock, which may be wrong: only compared with itself. */
  readonly receivedAt: number
}

export function isNewer(one: Session, than: Session): boolean {
  return one.id !== than.id || one.step > than.step
}

/** What was kept, if it is a session: not another version's, or another program's. */
export function parseSession(text: string | null): Session | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    if (isSession(value)) return value
  } catch {
    // No JSON, then.
  }
  return undefined
}

type Members = Readonly<Record<string, unknown>>

export function isSession(value: unknown): value is Session {
  const { id, step, accessToken, refreshToken, scopes, username, expiresIn, receivedAt }: Members =
    Object(value)
  return (
    [id, accessToken].every((text) => typeof text === 'string' && text !== '') &&
    [refreshToken, username].every((text) => text === undefined || typeof text === 'string') &&
    [step, expiresIn, receivedAt].every(Number.isFinite) &&
    Array.isArray(scopes) &&
    scopes.every((scope) => typeof scope === 'string')
  )
}

import type { UserId, UserRow } from '../store/schema.js'
import { usernameKey } from './names.js'

interface Options {
  issuer: string | undefined
  audience: string | undefined
  /** What `sub` holds. */
  subject: 'id' | 'username'
  algorithm: string
}

/**
 * Who this server is in its tokens. The issuer may become known only when the app that embeds it
 * listens, so it is asked for when a token is made or checked; it never comes from a request.
 */
export class Identity {
  readonly #options: Options
  #loopbackIssuer: string

  /** @param loopbackIssuer stands in for an issuer that was not given */
  constructor(options: Options, loopbackIssuer: string) {
    this.#options = options
    this.#loopbackIssuer = loopbackIssuer
  }

  listensAt(loopbackIssuer: string): void {
    this.#loopbackIssuer = loopbackIssuer
  }

  get issuer(): string {
    return this.#options.issuer ?? this.#loopbackIssuer
  }

  /** Null in the compatible form, whose readers refuse a token with an audience that they don't expect. */
  get audience(): string | null {
    return this.#options.audience ?? (this.#isCompatible ? null : this.issuer)
  }

  get tokenType(): 'JWT' | 'at+jwt' {
    return this.#isCompatible ? 'JWT' : 'at+jwt'
  }

  subjectOf(user: Pick<UserRow, 'id' | 'username_key'>): string {
    return this.#options.subject === 'username' ? user.username_key : user.id
  }

  /** The other way round: how the store finds the user whom a token's `sub` names. */
  userOf(subject: string): { id: UserId } | { usernameKey: string } {
    return this.#options.subject === 'username'
      ? { usernameKey: usernameKey(subject) ?? '' }
      : { id: subject as UserId }
  }

  get #isCompatible(): boolean {
    return this.#options.algorithm === 'HS256' && this.#options.subject === 'username'
  }
}

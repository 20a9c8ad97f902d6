import type { UserId, UserRow } from '../store/schema.js'
import { usernameKey } from './names.js'

interface Options {
  issuer: string | undefined
  audience: string | undefined
  /** What `sub` holds. */
  subject: 'id' | 'username'
  algorithm: string
}

interface TokenForm {
  type: 'JWT' | 'at+jwt'
  audience: string | null
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

  get audience(): string | null {
    return this.formOf(this.#options.algorithm).audience
  }

  get tokenType(): 'JWT' | 'at+jwt' {
    return this.formOf(this.#options.algorithm).type
  }

  /**
   * What tokens of an algorithm are like: it may be another than what is set, while keys take over
   * from a secret. The compatible form has no audience: its readers refuse one that they don't expect.
   */
  formOf(algorithm: string): TokenForm {
    const isCompatible = algorithm === 'HS256' && this.#options.subject === 'username'
    const { audience = isCompatible ? null : this.issuer } = this.#options
    return { type: isCompatible ? 'JWT' : 'at+jwt', audience }
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
}

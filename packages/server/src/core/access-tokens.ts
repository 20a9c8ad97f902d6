import { Buffer } from 'node:buffer'
import type { Instant, SessionRow, StatusPlace, UserRow } from '../store/schema.js'
import type { Identity } from './identity.js'
import type { Keys, SigningKey } from './keys.js'
import type { JsonMembers } from './metadata.js'
import { randomId } from './random.js'
import { signatureAlgorithms } from './signatures.js'
import type { StatusLists } from './status-lists.js'
import type { TokenEncryption } from './token-encryption.js'

interface Dependencies {
  keys: Keys
  identity: Identity
  statusLists: StatusLists
  /** Absent where tokens are signed only. */
  encryption: TokenEncryption | undefined
}

/** Makes access tokens: JWTs by RFC 9068, or in the form that the tutorial's applications decode. */
export class AccessTokens {
  readonly #deps: Dependencies
  #header: { of: SigningKey; encoded: string } | undefined

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** @param lifetime seconds */
  issueForSession(
    user: Pick<UserRow, 'id' | 'username_key'>,
    session: SessionRow,
    scopes: readonly string[],
    lifetime: number,
    now: Instant,
    claims: JsonMembers,
  ): Promise<string> {
    const { status_list: list, status_index: index } = session
    return this.#issue(
      this.#deps.identity.subjectOf(user),
      session.client_id,
      scopes,
      lifetime,
      now,
      list === null || index === null ? undefined : { list, index },
      claims,
      {
        sid: session.id,
        auth_time: Math.floor(session.authenticated_at / 1000),
        amr: session.amr.split(' '),
      },
    )
  }

  /** For a client that speaks for itself: its id is the subject (RFC 9068 section 5). @param lifetime seconds */
  issueForClient(
    clientId: string,
    scopes: readonly string[],
    lifetime: number,
    now: Instant,
    place: StatusPlace,
    claims: JsonMembers,
  ): Promise<string> {
    return this.#issue(clientId, clientId, scopes, lifetime, now, place, claims)
  }

  async #issue(
    subject: string,
    clientId: string,
    scopes: readonly string[],
    lifetime: number,
    now: Instant,
    place: StatusPlace | undefined,
    claims: JsonMembers,
    ofSession: object = {},
  ): Promise<string> {
    const { identity, keys, encryption } = this.#deps
    const { signing } = keys
    const issuedAt = Math.floor(now / 1000)
    const signed = this.#sign(signing, {
      ...claims,
      iss: identity.issuer,
      aud: identity.formOf(signing.algorithm).audience ?? undefined,
      sub: subject,
      client_id: clientId,
      iat: issuedAt,
      exp: issuedAt + lifetime,
      jti: randomId(),
      scope: scopes.length > 0 ? scopes.join(' ') : undefined,
      status: place && this.#statusAt(place),
      ...ofSession,
    })
    return encryption === undefined ? signed : encryption.seal(signed)
  }

  /** draft-ietf-oauth-status-list section 6.1 */
  #statusAt({ list, index }: StatusPlace): object {
    return { status_list: { idx: index, uri: this.#deps.statusLists.uriOf(list) } }
  }

  #sign(signing: SigningKey, claims: object): string {
    const input = `${this.#headerFor(signing)}.${encode(claims)}`
    const signature = signatureAlgorithms[signing.algorithm].sign(Buffer.from(input), signing.key)
    return `${input}.${signature.toString('base64url')}`
  }

  #headerFor(signing: SigningKey): string {
    if (this.#header?.of !== signing) {
      const { algorithm, kid } = signing
      const typ = this.#deps.identity.formOf(algorithm).type
      this.#header = { of: signing, encoded: encode({ typ, alg: algorithm, kid }) }
    }
    return this.#header.encoded
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

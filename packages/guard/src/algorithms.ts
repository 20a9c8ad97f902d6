/** The names in the `alg` header (RFC 7518 section 3.1, RFC 8037) that a guard can be told to take. */
export type Algorithm = 'HS256' | 'RS256' | 'PS256' | 'ES256' | 'EdDSA'

export type AsymmetricAlgorithm = Exclude<Algorithm, 'HS256'>

export interface AlgorithmRow {
  readonly name: Algorithm
  readonly kty: 'oct' | 'RSA' | 'EC' | 'OKP'
  /** The curve that a key of this algorithm lies on, where it has one. */
  readonly crv?: 'P-256' | 'Ed25519'
}

/** A Map, so that `alg: "constructor"` finds nothing (checklist B02). */
export const algorithms: ReadonlyMap<string, AlgorithmRow> = new Map<string, AlgorithmRow>([
  ['HS256', { name: 'HS256', kty: 'oct' }],
  ['RS256', { name: 'RS256', kty: 'RSA' }],
  ['PS256', { name: 'PS256', kty: 'RSA' }],
  ['ES256', { name: 'ES256', kty: 'EC', crv: 'P-256' }],
  ['EdDSA', { name: 'EdDSA', kty: 'OKP', crv: 'Ed25519' }],
])

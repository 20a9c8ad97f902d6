import type { AsymmetricAlgorithm } from './algorithms.js'

/**
 * Says whether `signature` is good for `input`, each character of which stands for one byte.
 * Answers at once where the platform can.
 */
export type SignatureCheck = (input: string, signature: Uint8Array) => boolean | Promise<boolean>

/** The public members of a JWK that `keys.ts` has checked. */
export type PublicJwk =
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }
  | { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string }
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }

/** The mathematics that a platform brings: `signature-node.ts` or `signature-web.ts`. */
export interface SignaturePlatform {
  hmac(secret: Uint8Array): SignatureCheck
  publicKey(jwk: PublicJwk, algorithm: AsymmetricAlgorithm): SignatureCheck
}

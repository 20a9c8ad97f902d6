import { platform } from '#signature'
import type { Algorithm } from './algorithms.js'
import { createGuardOn, type Guard } from './guard.js'
import { importKey as importKeyOn, type Jwk, type VerificationKey } from './keys.js'
import type { GuardOptions } from './options.js'

export type { Algorithm } from './algorithms.js'
export type { Claims, TokenType } from './claims.js'
export {
  type DecryptionKey,
  type EncryptionAlgorithm,
  type EphemeralCurve,
  importDecryptionKey,
  type PrivateJwk,
} from './decryption-keys.js'
export type { Checked, Demands, Guard } from './guard.js'
export type { JwkSet, KeySource } from './jwks.js'
export type { Jwk, VerificationKey } from './keys.js'
export type {
  GuardOptions,
  IssuerOptions,
  JwksOptions,
  KeySourceOptions,
  SecretOptions,
  TokenStatus,
} from './options.js'
export type { PreviousOptions } from './previous.js'
export type { GrantedScopes, Principal } from './principal.js'
export { type Problem, Refusal, type RefusalCode, type RefusalExtra } from './refusal.js'
export type { ProtectedResource, ResourceMetadata } from './resource-metadata.js'
export type { SignatureCheck } from './signature.js'

/**
 * Makes a guard that takes the access tokens of one issuer, made for one audience.
 *
 * ```ts
 * const guard = createGuard({ jwks, issuer: 'https://auth.example.com', audience: 'https://api.example.com' })
 * const principal = await guard.verify(token)
 * ```
 *
 * With `scopes` among the options no route can ask for a scope that is none of them.
 *
 * @throws TypeError for options that are unknown, missing, wrong, or do not go together
 */
export function createGuard<const Scope extends string = string>(
  options: GuardOptions & { readonly scopes?: readonly Scope[] | undefined },
): Guard<Scope> {
  return createGuardOn(platform, options)
}

/**
 * Makes a key for a guard's `keys` source of a public JWK (or, for HS256, of a symmetric one).
 *
 * @throws TypeError if the key is private, weak, malformed, meant for something else, or of
 * another algorithm
 */
export function importKey(jwk: Jwk, algorithm: Algorithm): VerificationKey {
  return importKeyOn(platform, jwk, algorithm)
}

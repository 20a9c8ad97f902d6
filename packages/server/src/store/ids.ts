/** What tells rows apart, and when: mixed up they would compile otherwise. */

declare const brand: unique symbol
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name }

export type UserId = Branded<string, 'UserId'>
export type SessionId = Branded<string, 'SessionId'>
export type KeyId = Branded<string, 'KeyId'>
/** Milliseconds since 1970, UTC. */
export type Instant = Branded<number, 'Instant'>
export type Flag = 0 | 1

import { authorizationOf, bearerToken, bearerTokenIfAny } from './bearer.js'
import { checkOptions, type GuardOptions, type Policy } from './options.js'
import type { Principal } from './principal.js'
import { Recognition } from './recognition.js'
import { insufficientScope, invalidToken, Refusal, signInTooOld } from './refusal.js'
import type { ProtectedResource } from './resource-metadata.js'
import { schedule as byTimer, type Schedule } from './schedule.js'
import { assertMaxAge, assertScopes } from './scopes.js'
import type { SignaturePlatform } from './signature.js'

/** What a route may ask of a caller beside scopes. */
export interface Demands {
  /** The seconds within which the caller must have signed in, by `auth_time` (RFC 9470). */
  readonly maxAge?: number | undefined
}

/**
 * Decides who may pass. Adapters translate for their framework what it says. `Scope` are the scopes
 * that its options name, any text otherwise.
 */
export interface Guard<Scope extends string = string> {
  /** The scopes that its options name, if they do. */
  readonly scopes: readonly string[] | undefined

  /**
   * Who is calling with this token, if it holds and covers all of `scopes`.
   *
   * @throws Refusal (by rejection)
   */
  verify(
    token: string,
    scopes?: readonly NoInfer<Scope>[],
    demands?: Demands,
  ): Promise<Principal<Scope>>

  /** The same for a web `Request`; a refusal comes as the `Response` to answer with. */
  check(
    request: Request,
    scopes?: readonly NoInfer<Scope>[],
    demands?: Demands,
  ): Promise<Checked<Principal<Scope>>>

  /** The same for a route that is open to all: nobody is calling if there are no bearer credentials. */
  checkOptional(
    request: Request,
    scopes?: readonly NoInfer<Scope>[],
    demands?: Demands,
  ): Promise<Checked<Principal<Scope> | undefined>>

  /**
   * As `check`, for every Authorization header of a request as it was sent: what adapters use. At
   * once where the platform verifies at once, as Node does, and the guard is ready; then a refusal is
   * thrown at once, too.
   *
   * @throws Refusal
   */
  authenticate(
    authorization: readonly string[],
    scopes?: readonly NoInfer<Scope>[],
    demands?: Demands,
  ): Principal<Scope> | Promise<Principal<Scope>>

  /**
   * As `checkOptional`, and otherwise as `authenticate`: `undefined` for a request without bearer
   * credentials. Credentials that do not hold are refused all the same.
   *
   * @throws Refusal
   */
  authenticateOptional(
    authorization: readonly string[],
    scopes?: readonly NoInfer<Scope>[],
    demands?: Demands,
  ): Principal<Scope> | undefined | Promise<Principal<Scope> | undefined>

  /**
   * Lets pass who has signed in within the last `maxAge` seconds, by `auth_time` (RFC 9470).
   *
   * @throws Refusal
   */
  requireRecent(principal: Principal, maxAge: number): void

  /**
   * What the API tells of itself, and at which path it is to be served (RFC 9728).
   *
   * @throws TypeError for a guard without `resourceMetadata` among its options
   */
  resourceMetadata(): ProtectedResource

  /**
   * Comes once the guard has read what its issuer publishes, if it is to find it there; without this
   * the first request waits. Then, and for every other guard, it comes at once.
   *
   * @throws Error (by rejection) that says why it can't be read; the guard goes on trying
   */
  ready(): Promise<void>

  /** Ends what a guard does in the background, where it reads what its issuer publishes. */
  close(): void
}

/** Who is calling, or the `Response` that turns them away. */
export type Checked<Caller> =
  | { readonly principal: Caller; readonly refusal?: never }
  | { readonly refusal: Response; readonly principal?: never }

/** @throws TypeError for options that are unknown, missing, wrong, or do not go together */
export function createGuardOn(
  platform: SignaturePlatform,
  options: GuardOptions,
  schedule: Schedule = byTimer,
): Guard {
  return new TokenGuard(checkOptions(platform, options, schedule))
}

class TokenGuard implements Guard {
  readonly #policy: Policy
  readonly #recognition: Recognition

  constructor(policy: Policy) {
    this.#policy = policy
    this.#recognition = new Recognition(policy)
  }

  get scopes(): readonly string[] | undefined {
    return this.#policy.scopes
  }

  async verify(token: string, scopes: readonly string[] = [], demands?: Demands) {
    return this.#pointing(() => {
      if (typeof token !== 'string') throw invalidToken()
      return this.#let(token, scopes, demands)
    })
  }

  check(request: Request, scopes?: readonly string[], demands?: Demands) {
    return checked(() => this.authenticate(authorizationOf(request), scopes, demands))
  }

  checkOptional(request: Request, scopes?: readonly string[], demands?: Demands) {
    return checked(() => this.authenticateOptional(authorizationOf(request), scopes, demands))
  }

  authenticate(
    authorization: readonly string[],
    scopes: readonly string[] = [],
    demands?: Demands,
  ) {
    return this.#pointing(() => this.#let(bearerToken(authorization), scopes, demands))
  }

  authenticateOptional(
    authorization: readonly string[],
    scopes: readonly string[] = [],
    demands?: Demands,
  ) {
    return this.#pointing(() => {
      const token = bearerTokenIfAny(authorization)
      return token === undefined ? undefined : this.#let(token, scopes, demands)
    })
  }

  requireRecent(principal: Principal, maxAge: number): void {
    assertMaxAge(maxAge)
    const { auth_time: signedInAt } = principal.claims
    const age = this.#policy.now() / 1000 - (signedInAt ?? Number.NEGATIVE_INFINITY)
    if (age > maxAge || age < -this.#policy.leeway) throw this.#pointed(signInTooOld(maxAge))
  }

  resourceMetadata(): ProtectedResource {
    const { resource } = this.#policy
    if (resource === undefined) throw new TypeError('this guard has no resourceMetadata')
    return resource()
  }

  async ready(): Promise<void> {
    await this.#policy.remote?.ready()
  }

  close(): void {
    this.#policy.remote?.close()
  }

  /** Every refusal says where the resource's metadata are, if it has any. */
  #pointing<Caller>(decide: () => Caller | Promise<Caller>): Caller | Promise<Caller> {
    if (this.#policy.resource === undefined) return decide()
    const pointed = (error: unknown): never => {
      throw this.#pointed(error)
    }
    try {
      const caller = decide()
      return caller instanceof Promise ? caller.catch(pointed) : caller
    } catch (error) {
      return pointed(error)
    }
  }

  #pointed(error: unknown): unknown {
    const { resource } = this.#policy
    return resource !== undefined && error instanceof Refusal
      ? error.pointingTo(resource().url)
      : error
  }

  #let(
    token: string,
    scopes: readonly string[],
    demands?: Demands,
  ): Principal | Promise<Principal> {
    const principal = this.#recognition.of(token)
    return principal instanceof Promise
      ? principal.then((who) => this.#permit(who, scopes, demands))
      : this.#permit(principal, scopes, demands)
  }

  /** Whole scopes, exactly (checklist B21). */
  #permit(principal: Principal, scopes: readonly string[], demands?: Demands): Principal {
    for (const scope of scopes) {
      if (!principal.scopes.includes(scope)) {
        assertScopes(scopes, this.#policy.scopes)
        throw insufficientScope(scopes)
      }
    }
    if (demands?.maxAge !== undefined) this.requireRecent(principal, demands.maxAge)
    return principal
  }
}

async function checked<Caller>(decide: () => Caller | Promise<Caller>): Promise<Checked<Caller>> {
  try {
    return { principal: await decide() }
  } catch (error) {
    if (error instanceof Refusal) return { refusal: error.getResponse() }
    throw error
  }
}

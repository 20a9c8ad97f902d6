import type { Claims } from './claims.js'
import type { Network } from './download.js'
import type { IssuerNews, IssuerSource } from './issuer-source.js'
import type { IssuerUrl } from './issuer-url.js'
import type { KeySource } from './jwks.js'
import type { TokenStatus } from './options.js'
import { Poll } from './poll.js'
import { statusUnknown } from './refusal.js'
import { RemoteStatuses } from './remote-statuses.js'

interface Dependencies {
  readonly issuer: IssuerUrl
  readonly source: IssuerSource
  readonly network: Network
  /** What else the lists may be signed by: the secret whose tokens go out of use. */
  readonly previousKeys: KeySource | undefined
  /** In milliseconds. */
  readonly now: () => number
  /** In seconds. */
  readonly leeway: number
  readonly onFault: (fault: Error) => void
}

/**
 * What a guard knows of its issuer over the network: keys and status lists. The first request waits
 * until they are there. From then on they are read in the background, and no request waits again.
 */
export class RemoteIssuer {
  readonly #deps: Dependencies
  readonly #statuses: RemoteStatuses
  readonly #issuerPoll: Poll
  readonly #listPoll: Poll
  #issuerFaults: readonly Error[] = []
  #listFaults: readonly Error[] = []
  #askedEarlyAt = Number.NEGATIVE_INFINITY
  #knowsLists = false
  #hasFailed = false
  #isWarm = false

  constructor(deps: Dependencies) {
    this.#deps = deps
    this.#statuses = new RemoteStatuses({ ...deps, keys: this.#listKeys })
    const { schedule } = deps.network
    this.#issuerPoll = new Poll(() => this.#readIssuer(), schedule)
    this.#listPoll = new Poll(() => this.#readLists(), schedule)
  }

  /** For a key that is not known the keys are read early: not for its token, but for the next one. */
  readonly keys: KeySource = (kid, alg) => {
    const key = this.#deps.source.keys(kid, alg)
    if (key === undefined) this.#askEarly()
    return key
  }

  readonly status = (claims: Claims): TokenStatus =>
    this.#statuses.status(claims, () => this.#askEarly())

  /** The same for tokens that may be others', of which the issuer knows nothing. */
  readonly ownStatus = (claims: Claims): TokenStatus =>
    claims.iss === this.#deps.issuer.name ? this.status(claims) : 'valid'

  readonly #listKeys: KeySource = (kid, alg) =>
    this.#deps.previousKeys?.(kid, alg) ?? this.keys(kid, alg)

  /**
   * Nothing as soon as tokens can be judged, and until then what a request has to wait for.
   *
   * @throws Refusal (by rejection where it has waited) if they can't be judged now
   */
  warm(): Promise<void> | undefined {
    if (this.#isWarm) {
      if (this.#deps.source.keysAreTooOld()) throw statusUnknown()
      return undefined
    }
    // Whoever comes after one that has waited in vain need not wait as well.
    if (this.#hasFailed) throw statusUnknown()
    return this.#warmInTime()
  }

  /** @throws Error (by rejection) that says why tokens can't be judged yet; it goes on being tried */
  async ready(): Promise<void> {
    await this.#start()
    if (this.#isWarm) return
    const [cause = new Error('the guard is closed')] = this.#issuerFaults
    throw new Error(`The issuer can't be read: ${cause.message}`, { cause })
  }

  /** Nothing is read any more: the guard goes on with what it has, for as long as that holds. */
  close(): void {
    this.#issuerPoll.close()
    this.#listPoll.close()
  }

  async #start(): Promise<void> {
    if (this.#isWarm) return
    if (!this.#knowsLists) await this.#issuerPoll.run()
    if (this.#knowsLists) await this.#listPoll.run()
  }

  async #warmInTime(): Promise<void> {
    let inTime = () => {}
    const late = new Promise<void>((resolve) => {
      inTime = this.#deps.network.schedule(resolve, longestWait)
    })
    await Promise.race([this.#start(), late])
    inTime()
    if (!this.#isWarm) throw statusUnknown()
  }

  /** Strangers can ask for this with any `kid`, so it is seldom done (checklist C08). */
  #askEarly(): void {
    const now = this.#deps.now()
    if (!this.#isWarm || Math.abs(now - this.#askedEarlyAt) < restBetweenEarly) return
    this.#askedEarlyAt = now
    this.#issuerPoll.urge()
  }

  async #readIssuer(): Promise<number> {
    const news = await this.#deps.source.read().catch((fault: Error) => fault)
    if (news instanceof Error) {
      this.#issuerFaults = this.#tell([news], this.#issuerFaults)
      this.#hasFailed = true
      return restAfterFault
    }
    this.#issuerFaults = []
    this.#take(news)
    return restOfIssuer
  }

  #take({ hasNewKey, statusLists }: IssuerNews): void {
    const hasNewList = this.#statuses.name(statusLists)
    this.#knowsLists = true
    // A new key may be the one that a list was refused for.
    if (hasNewKey || hasNewList || !this.#isWarm) this.#listPoll.urge()
    // Whoever asks for what there is not has to wait; what was worth asking for may be followed by more.
    if (hasNewKey || hasNewList) this.#askedEarlyAt = Number.NEGATIVE_INFINITY
  }

  async #readLists(): Promise<number> {
    this.#listFaults = this.#tell(await this.#statuses.refresh(), this.#listFaults)
    this.#isWarm = true
    return this.#statuses.rest
  }

  /** Each fault once, for as long as it lasts. What is thrown there is not thrown into our work. */
  #tell(faults: readonly Error[], before: readonly Error[]): readonly Error[] {
    const known = new Set(before.map(({ message }) => message))
    for (const fault of faults.filter(({ message }) => !known.has(message))) {
      queueMicrotask(() => this.#deps.onFault(fault))
    }
    return faults
  }
}

/** In milliseconds. Contract, section 5: a key that is retired is gone within a minute (checklist C07). */
const restOfIssuer = 30_000
const restAfterFault = 5_000
const restBetweenEarly = 10_000

/** In milliseconds: what is waited for by those who come before the guard is warm. */
const longestWait = 10_000

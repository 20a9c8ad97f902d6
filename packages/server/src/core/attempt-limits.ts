import { createHmac, type KeyObject, randomInt } from 'node:crypto'
import type { FailureLimit } from '../settings/failure-limit.js'
import type { AttemptLimit } from '../store/attempts.js'
import { fold } from './names.js'
import { networkOf } from './network.js'
import type { RefreshKeys } from './refresh-keys.js'

/** Undefined where there is none. */
export interface ThrottleLimits {
  readonly name: FailureLimit
  readonly network: FailureLimit | undefined
  readonly overall: FailureLimit | undefined
  /** Of what a network may ask for without anybody's leave. */
  readonly mails: FailureLimit | undefined
}

/** What is tried. */
export type Target = NameTarget | DeviceTarget | ClientTarget | 'link'

interface NameTarget {
  /** As it was typed, whether anybody has it or not. */
  readonly name: string
}

/** The password of a user, on a device of theirs that is known. */
interface DeviceTarget {
  readonly device: string
}

interface ClientTarget {
  readonly client: string
}

export interface Attempt {
  readonly target: Target
  readonly address: string | undefined
  /** By whoever has solved a challenge: what others do concerns them less. */
  readonly hasSolved?: boolean | undefined
}

/** What attempts are counted by, as the audit log and the metrics call it. */
export const limitKinds = [
  'name',
  'device',
  'client',
  'network',
  'overall',
  'network_solved',
  'overall_solved',
  'mails',
] as const
export type LimitKind = (typeof limitKinds)[number]

export interface Limit extends AttemptLimit {
  readonly by: LimitKind
}

interface Dependencies {
  /** Loaded by the time of the first sign-in. */
  refreshKeys: RefreshKeys
  limits: ThrottleLimits
}

/** What an attempt is counted by. */
export class AttemptLimits {
  readonly #deps: Dependencies
  #key: KeyObject | undefined
  /** By all of which many attempts are counted: what their keys are made of, and their keys. */
  readonly #shared = new Map<string, string>()

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** In the order in which everybody counts by them: those of most concern come last, and are held for the shortest. */
  of({ target, address, hasSolved = false }: Attempt): readonly Limit[] {
    const { name } = this.#deps.limits
    // What others do is no concern of a device that is known.
    if (isDevice(target)) return [this.#limit('device', target.device, name)]
    const from = networkOf(address)
    return [
      ...(target === 'link' ? [] : [this.#limit(...ownName(target, from), name)]),
      ...(hasSolved ? this.#ofSolvers(from) : this.#ofAll(from)),
    ]
  }

  ofName(name: string): Limit {
    return this.#limit(...ownName({ name }, undefined), this.#deps.limits.name)
  }

  /** Undefined where that is no network, or none is counted. */
  ofNetwork(address: string): Limit | undefined {
    const { network } = this.#deps.limits
    const from = networkOf(address)
    return from && network ? this.#limit('network', from, network) : undefined
  }

  /** Of each attempt one of these counts. */
  get overall(): readonly Limit[] {
    const { overall } = this.#deps.limits
    if (overall === undefined) return []
    return Array.from({ length: partsOf(overall) }, (_, part) =>
      this.#limit('overall', ...partOf(overall, part)),
    )
  }

  #ofAll(from: string | undefined): readonly Limit[] {
    const { network, overall } = this.#deps.limits
    return [
      ...(from && network ? [this.#limit('network', from, network)] : []),
      ...(overall ? [this.#limit('overall', ...aPartOf(overall))] : []),
    ]
  }

  /** Work alone must not be enough to guess without end: some have more machines than others. */
  #ofSolvers(from: string | undefined): readonly Limit[] {
    const { network, overall } = this.#deps.limits
    return [
      ...(from && network ? [this.#limit('network_solved', from, wider(network))] : []),
      ...(overall ? [this.#limit('overall_solved', ...aPartOf(wider(overall)))] : []),
    ]
  }

  ofMails(address: string | undefined): readonly Limit[] {
    const { mails } = this.#deps.limits
    const from = networkOf(address)
    return from && mails ? [this.#limit('mails', from, mails)] : []
  }

  #limit(by: LimitKind, what: string, { failures, within }: FailureLimit): Limit {
    const key = isShared(by) ? this.#sharedKey(by, what) : this.#keyOf(by, what)
    return { by, key, free: failures, forget: Math.ceil((within * 1000) / failures) }
  }

  /** There are few of those, and each sign-in is counted by one. */
  #sharedKey(by: LimitKind, what: string): string {
    const place = `${by} ${what}`
    const key = this.#shared.get(place) ?? this.#keyOf(by, what)
    this.#shared.set(place, key)
    return key
  }

  #keyOf(by: LimitKind, what: string): string {
    this.#key ??= this.#deps.refreshKeys.derive('latchkey attempts v1')
    return createHmac('sha256', this.#key).update(`${by} ${what}`).digest('base64url')
  }
}

/** Of a client by network: its secret can't be guessed, and whoever knows its id must not keep it out. */
function ownName(
  target: NameTarget | ClientTarget,
  network: string | undefined,
): [by: LimitKind, what: string] {
  return 'name' in target
    ? ['name', fold(target.name)]
    : ['client', JSON.stringify([target.client, network])]
}

function isShared(by: LimitKind): boolean {
  return by === 'overall' || by === 'overall_solved'
}

function isDevice(target: Target): target is DeviceTarget {
  return typeof target === 'object' && 'device' in target
}

type Part = [what: string, limit: FailureLimit]

function aPartOf(limit: FailureLimit): Part {
  return partOf(limit, randomInt(partsOf(limit)))
}

function partOf({ failures, within }: FailureLimit, part: number): Part {
  const share = Math.floor(failures / partsOf({ failures }))
  return [String(part), { failures: share, within }]
}

/** All sign-ins would wait for one row: it is cut into some, each with its share. */
function partsOf({ failures }: Pick<FailureLimit, 'failures'>): number {
  return Math.min(mostParts, Math.ceil(failures / leastShare))
}

function wider({ failures, within }: FailureLimit): FailureLimit {
  return { failures: 10 * failures, within }
}

const mostParts = 16
const leastShare = 50

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
}

/** What attempts are counted by, as the audit log and the metrics call it. */
export const limitKinds = ['name', 'device', 'client', 'network', 'overall', 'mails'] as const
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

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** In the order in which everybody counts by them: those of most concern come last, and are held for the shortest. */
  of({ target, address }: Attempt): readonly Limit[] {
    const { name, network, overall } = this.#deps.limits
    // What others do is no concern of a device that is known.
    if (isDevice(target)) return [this.#limit('device', target.device, name)]
    const from = networkOf(address)
    return [
      ...(target === 'link' ? [] : [this.#limit(...ownName(target, from), name)]),
      ...(from && network ? [this.#limit('network', from, network)] : []),
      ...(overall ? [this.#limit('overall', ...aPartOf(overall))] : []),
    ]
  }

  ofMails(address: string | undefined): readonly Limit[] {
    const { mails } = this.#deps.limits
    const from = networkOf(address)
    return from && mails ? [this.#limit('mails', from, mails)] : []
  }

  #limit(by: LimitKind, what: string, { failures, within }: FailureLimit): Limit {
    const { refreshKeys } = this.#deps
    this.#key ??= refreshKeys.derive('latchkey attempts v1')
    const key = createHmac('sha256', this.#key).update(`${by} ${what}`).digest('base64url')
    return { by, key, free: failures, forget: Math.ceil((within * 1000) / failures) }
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

function isDevice(target: Target): target is DeviceTarget {
  return typeof target === 'object' && 'device' in target
}

/** All sign-ins would wait for one row: it is cut into some, each with its share. */
function aPartOf({ failures, within }: FailureLimit): [what: string, limit: FailureLimit] {
  const parts = Math.min(mostParts, Math.ceil(failures / leastShare))
  return [String(randomInt(parts)), { failures: Math.floor(failures / parts), within }]
}

const mostParts = 16
const leastShare = 50

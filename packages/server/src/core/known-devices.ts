import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { Instant, UserId } from '../store/schema.js'
import type { Clock } from './clock.js'
import { randomId } from './random.js'
import type { RefreshKeys } from './refresh-keys.js'

interface Dependencies {
  /** Loaded by the time of the first sign-in. */
  refreshKeys: RefreshKeys
  clock: Clock
}

/** Whose device it may be. */
export interface DeviceOwner {
  readonly id: UserId
  /** When the password was last changed. */
  readonly password_at: Instant | null
}

/**
 * Devices on which somebody has signed in before. Each keeps a token that says so, and that is good for one thing:
 * at a sign-in of the same user it counts failures by itself, so that nobody else's keep its owner waiting
 * (checklist H06). It names nobody, and nothing of it is stored here.
 */
export class KnownDevices {
  readonly #deps: Dependencies
  #key: KeyObject | undefined

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** @param device its id, where it is known already */
  issue({ id: owner }: DeviceOwner, device?: string): string {
    const bytes = Buffer.alloc(at.end)
    bytes.writeUInt8(version, 0)
    bytes.write(device ?? randomId(), at.device, 'base64url')
    bytes.writeUIntBE(this.#deps.clock(), at.issued, at.mac - at.issued)
    this.#mac(bytes, owner).copy(bytes, at.mac)
    return prefix + bytes.toString('base64url')
  }

  /**
   * The id of the device, where the token is this user's. A new password ends it: whoever had the old one may
   * have had a device, too.
   */
  recognise(token: string, owner: DeviceOwner | undefined): string | undefined {
    const bytes = Buffer.from(token.slice(prefix.length), 'base64url')
    // Buffer passes over what is not base64url: only the one spelling that we write will do.
    const isOurs = token === prefix + bytes.toString('base64url')
    if (!isOurs || bytes.length !== at.end || bytes.readUInt8(0) !== version) return undefined
    const mac = this.#mac(bytes, owner?.id ?? nobody)
    if (!timingSafeEqual(mac, bytes.subarray(at.mac)) || owner === undefined) return undefined
    const issued = bytes.readUIntBE(at.issued, at.mac - at.issued)
    const isGood = issued >= (owner.password_at ?? 0) && issued >= this.#deps.clock() - lifetime
    return isGood ? bytes.toString('base64url', at.device, at.issued) : undefined
  }

  #mac(bytes: Buffer, owner: UserId): Buffer {
    this.#key ??= this.#deps.refreshKeys.derive('latchkey device v1')
    return createHmac('sha256', this.#key).update(bytes.subarray(0, at.mac)).update(owner).digest()
  }
}

// version (1) | device (16) | issued, in milliseconds (6) | HMAC-SHA-256 over these and the user's id (32)
const version = 1
const at = { device: 1, issued: 17, mac: 23, end: 55 } as const

/** Tells secret scanners, and people, what they have found. */
const prefix = 'lkd_'

/** No user has the empty id. */
const nobody = '' as UserId

/** Milliseconds for which a device is known after its last sign-in. */
const lifetime = 400 * 24 * 60 * 60 * 1000

import { Refusal } from '../errors.js'
import type { NewKey } from '../store/keys.js'
import type { Store } from '../store/open.js'
import type { KeyId } from '../store/schema.js'
import { type AuditEvent, auditEntry, type Origin, system } from './audit.js'
import type { Clock } from './clock.js'
import { keysUnderPrevious, mailsUnderPrevious, rewrapKeys, rewrapMails } from './key-rewrapping.js'
import { isForgettable, type JudgedKey } from './key-ring.js'
import type { KeyWrap } from './key-wrap.js'
import type { Keys } from './keys.js'
import type { Log } from './log.js'
import { Recurring } from './recurring.js'
import type { AlgorithmName } from './signatures.js'
import { makeSigningKey } from './signing-key.js'

/** What came of asking for the next key: made, let sign sooner, or there already. */
export interface Rotation {
  outcome: 'made' | 'promoted' | 'waiting'
  key: JudgedKey
}

interface Dependencies {
  store: Store
  keys: Keys
  /** @param mayMake whether a master secret that is missing may be made */
  wrap: (mayMake: boolean) => KeyWrap
  clock: Clock
  log: Log
  /** Of the keys that are made; those of others go on until their tokens are over. */
  algorithm: AlgorithmName
  /** Milliseconds for which a key is published before it signs. */
  publishAhead: number
  /** Milliseconds after which a key that signs is followed by another; undefined leaves that to people. */
  rotateEvery: number | undefined
  tokenLife: number
  /** Whether a previous master secret was given. */
  isChangingSecret: boolean
}

/** Makes keys, replaces them in time, and takes them out of use. */
export class KeyRotation {
  readonly #deps: Dependencies
  readonly #looks: Recurring
  #mailsAgainAt = 0

  constructor(deps: Dependencies) {
    this.#deps = deps
    this.#looks = new Recurring({
      turn: () => this.#look(),
      every: lookEvery,
      failure: 'the signing keys can not be kept',
      log: deps.log,
    })
  }

  /**
   * Loads the keys, makes the one that is missing, and goes on looking at them.
   *
   * @throws Error if the master secret is not the one that the keys were stored under
   */
  async start(): Promise<void> {
    const { keys } = this.#deps
    await this.#rewrap()
    await keys.load()
    if (keys.isShared) return
    await this.#followAlgorithm()
    this.#looks.start()
  }

  stop(): Promise<void> {
    return this.#looks.stop()
  }

  /**
   * Reads what other processes have changed, and does what is due. Signing and verifying go on while
   * the database is away; the log says so once.
   */
  look(): Promise<void> {
    return this.#looks.now()
  }

  /**
   * Publishes the next key, which signs when everybody has had time to see it. With one waiting
   * already it does nothing.
   *
   * @param atOnce waits only for the other processes on this database, which would refuse what they
   *   have not seen yet
   * @throws Refusal `keys_are_settings`
   */
  async rotate(atOnce: boolean, origin: Origin): Promise<Rotation> {
    const { store, keys, publishAhead } = this.#deps
    this.#assertOurs()
    return this.#until(async () => {
      const ahead = atOnce ? untilNoticed : publishAhead
      const { pending } = keys.ring
      if (pending !== undefined) {
        const { kid, algorithm, signs_from } = pending.row
        const isSoonEnough = !atOnce || signs_from <= keys.now + ahead
        if (isSoonEnough) return { outcome: 'waiting', key: pending }
        const event = this.#entry('key_rotated', origin, { kid, algorithm, at_once: true })
        const isDone = await store.keys.promote(kid, ahead, event)
        return isDone && { outcome: 'promoted', key: await this.#reread(kid) }
      }
      const isFirst = keys.ring.signing === undefined && !keys.followsSecret
      const key = await this.#newKey(isFirst ? 0 : ahead)
      const { kid, algorithm } = key
      const event = this.#entry('key_rotated', origin, { kid, algorithm, at_once: atOnce })
      return (await store.keys.add(key, event)) && { outcome: 'made', key: await this.#reread(kid) }
    })
  }

  /**
   * Has all tokens of a key refused, for it is in somebody else's hands. Where it signs, the next one
   * does so at once.
   *
   * @returns the key that signs now, or is to take over from a secret
   * @throws Refusal `keys_are_settings`, `key_unknown`
   */
  async retire(kid: string, origin: Origin): Promise<JudgedKey> {
    const { store, keys } = this.#deps
    this.#assertOurs()
    return this.#until(async () => {
      const { keys: all, pending } = keys.ring
      const key = all.find(({ row }) => row.kid === kid)
      if (key === undefined) throw unknown(kid)
      if (key.state === 'retired') return this.#inTurn()
      const successor =
        key.state === 'signing' ? (pending?.row.kid ?? (await this.#newKey(0))) : undefined
      const event = this.#entry('key_retired', origin, {
        kid: key.row.kid,
        ...(successor && { successor: typeof successor === 'string' ? successor : successor.kid }),
      })
      if (!(await store.keys.retire(key.row.kid, successor, event))) return false
      await keys.load()
      return this.#inTurn()
    })
  }

  /** What needs the previous master secret still; nothing is changed. */
  async countUnderPrevious(): Promise<{ keys: number; mails: number }> {
    const { store, wrap } = this.#deps
    const keys = await keysUnderPrevious(store, wrap(false))
    let mails = 0
    for await (const some of mailsUnderPrevious(store, wrap(false))) mails += some.length
    return { keys: keys.length, mails }
  }

  #assertOurs(): void {
    if (!this.#deps.keys.isShared) return
    throw new Refusal('keys_are_settings', {
      message:
        'With HS256 there are no keys to change: set another LATCHKEY_HS256_SECRET here and at all who check tokens.',
    })
  }

  /** Tries on the keys as they are until nobody else has changed them in between. */
  async #until<T extends object>(attempt: () => Promise<T | false>): Promise<T> {
    for (;;) {
      await this.#deps.keys.load()
      const result = await attempt()
      if (result) return result
    }
  }

  /**
   * At the first start, and when another algorithm is set: its key signs at once, as one expects of a
   * setting, but where it takes over from a secret, which can sign until everybody has seen it.
   */
  async #followAlgorithm(): Promise<void> {
    const { store, keys, algorithm, publishAhead } = this.#deps
    for (;;) {
      const waiting = keys.ring.keys.filter(({ state }) => state === 'pending')
      const last = waiting.at(-1) ?? keys.ring.signing
      if (last?.row.algorithm === algorithm) return
      const takesOver = keys.followsSecret && keys.ring.signing === undefined
      const key = await this.#newKey(takesOver ? publishAhead : 0)
      const event = this.#entry('key_created', system, { kid: key.kid, algorithm })
      await store.keys.add(
        key,
        event,
        waiting.map(({ row }) => row.kid),
      )
      await keys.load()
    }
  }

  /** Made where there is none: two processes may retire two keys at once, each counting on the other's. */
  async #inTurn(): Promise<JudgedKey> {
    const { keys } = this.#deps
    for (;;) {
      const { signing, pending } = keys.ring
      const key = signing ?? pending
      if (key !== undefined) return key
      await this.#followAlgorithm()
    }
  }

  async #look(): Promise<void> {
    await this.#rewrap()
    await this.#deps.keys.load()
    await this.#inTurn()
    await this.#rotateIfDue()
    await this.#forget()
  }

  async #rotateIfDue(): Promise<void> {
    const { keys, rotateEvery, log } = this.#deps
    const { signing, pending } = keys.ring
    if (rotateEvery === undefined || signing === undefined || pending !== undefined) return
    if (signing.row.signs_from + rotateEvery > keys.now) return
    const { key } = await this.rotate(false, system)
    log.info({ kid: key.row.kid }, 'the next signing key is published')
  }

  async #forget(): Promise<void> {
    const { store, keys, tokenLife } = this.#deps
    const past = keys.ring.keys
      .filter((key) => isForgettable(key, keys.now, tokenLife))
      .map(({ row }) => row.kid)
    if (past.length === 0) return
    await store.keys.forget(past, this.#entry('key_forgotten', system, { kid: past.join(' ') }))
    await keys.load()
  }

  async #rewrap(): Promise<void> {
    const { store, wrap, clock, isChangingSecret } = this.#deps
    if (!isChangingSecret) return
    await rewrapKeys(store, wrap(false), clock)
    const now = clock()
    if (now < this.#mailsAgainAt) return
    await rewrapMails(store, wrap(false))
    this.#mailsAgainAt = now + mailsEvery
  }

  /** @param ahead milliseconds */
  async #newKey(ahead: number): Promise<NewKey> {
    const { keys, wrap, clock, algorithm } = this.#deps
    const rows = keys.ring.keys.map(({ row }) => row)
    const generations = rows.filter((row) => row.algorithm === algorithm)
    const last = Math.max(0, ...generations.map(({ generation }) => generation))
    const key = await makeSigningKey(algorithm, last + 1, clock(), wrap(rows.length === 0))
    return { ...key, ahead }
  }

  async #reread(kid: KeyId): Promise<JudgedKey> {
    const { keys } = this.#deps
    await keys.load()
    const key = keys.ring.keys.find(({ row }) => row.kid === kid)
    if (key === undefined) throw unknown(kid)
    return key
  }

  #entry(event: AuditEvent, origin: Origin, detail: Record<string, string | boolean>) {
    return auditEntry(event, this.#deps.clock(), origin, { detail })
  }
}

function unknown(kid: string): Refusal {
  return new Refusal('key_unknown', {
    message: `There is no key ${JSON.stringify(kid.slice(0, 64))}`,
  })
}

/** Milliseconds: how soon this process knows of a key that another has made or retired. */
const lookEvery = 1_000
/** Each time all mails that are not sent are looked through, while another process may still write some. */
const mailsEvery = 60_000
/** Milliseconds by which every process on this database has looked. */
const untilNoticed = 3_000

import { STATUS_CODES } from 'node:http'
import { type Answer, type Exchange, type Handler, isMeant, Lost, type Target } from './exchange.js'

/**
 * What goes wrong between a test's app and the server. Each fault is for one request: the next one, or
 * the next that is meant by `of`.
 */
export interface Faults {
  /** It is done, and its answer is lost on the way back. */
  dropAnswer(of?: Target): void
  /** It is lost on its way, and nothing is done. */
  dropRequest(of?: Target): void
  /** It is answered with this status, as by a proxy, and nothing is done. */
  refuse(status: number, of?: Target): void
  /** It waits until what this answers is called. */
  hold(of?: Target): () => void
  /** Nobody reaches the server any more, until it is `up`. */
  down(): void
  /** Answers again, after `down`. */
  up(): void
  /** How many have not come about yet: 0 at the end of a test that meant them all. */
  readonly pending: number
}

interface Fault {
  readonly of: Target | undefined
  readonly befall: (exchange: Exchange) => Promise<Answer>
}

/** Stands before a handler, and lets happen to its requests what a test has asked for. */
export class ScriptedFaults implements Faults {
  readonly #handle: Handler
  readonly #faults: Fault[] = []
  readonly #held = new Set<() => void>()
  #isDown = false

  constructor(handle: Handler) {
    this.#handle = handle
  }

  dropAnswer(of?: Target): void {
    this.#next(of, async (exchange) => {
      await this.#reach(exchange)
      throw new Lost()
    })
  }

  dropRequest(of?: Target): void {
    this.#next(of, async () => {
      throw new Lost()
    })
  }

  refuse(status: number, of?: Target): void {
    const title = STATUS_CODES[status]
    if (title === undefined || status < 400)
      throw new TypeError(`${status} is no status to refuse with`)
    this.#next(of, async () => problem(status, title))
  }

  hold(of?: Target): () => void {
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    this.#held.add(release)
    this.#next(of, async (exchange) => {
      await released
      return this.#reach(exchange)
    })
    return release
  }

  down(): void {
    this.#isDown = true
  }

  up(): void {
    this.#isDown = false
  }

  get pending(): number {
    return this.#faults.length
  }

  readonly handle: Handler = (exchange) => {
    const at = this.#faults.findIndex(({ of }) => isMeant(exchange, of))
    const [fault] = at === -1 ? [] : this.#faults.splice(at, 1)
    return fault === undefined ? this.#reach(exchange) : fault.befall(exchange)
  }

  /** What is held is lost. */
  end(): void {
    this.down()
    for (const release of this.#held) release()
  }

  #next(of: Target | undefined, befall: Fault['befall']): void {
    this.#faults.push({ of, befall })
  }

  async #reach(exchange: Exchange): Promise<Answer> {
    if (this.#isDown) throw new Lost()
    return this.#handle(exchange)
  }
}

function problem(status: number, title: string): Answer {
  return {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    body: Buffer.from(JSON.stringify({ type: 'about:blank', title, status })),
  }
}

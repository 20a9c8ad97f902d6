/** A network of the test's own between a program and a server: it can be slow, cut, silent, or lose an answer. */

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export class TcpProxy {
  /** Where connections go; those that are there stay where they are. */
  target: { host: string; port: number }
  /** Milliseconds by which everything is late, in each direction. */
  delay = 0
  #mood: 'open' | 'closed' | 'silent' = 'open'
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
  #loss: { sent: string; lost: () => void } | undefined

  private constructor(server: Server, target: { host: string; port: number }) {
    this.#server = server
    this.target = target
    server.on('connection', (client) => this.#join(client))
  }

  static async start(target: { host: string; port: number }): Promise<TcpProxy> {
    const server = createServer()
    const proxy = new TcpProxy(server, target)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** The address of a database, by way of this proxy. */
  through(databaseUrl: string): string {
    const url = new URL(databaseUrl)
    url.host = `127.0.0.1:${this.port}`
    return url.href
  }

  /** Ends every connection, and each new one at once until `open`. */
  close(): void {
    this.#mood = 'closed'
    this.cut()
  }

  /** Keeps connections and takes new ones, but lets nothing through until `open`, which cuts them. */
  silence(): void {
    this.#mood = 'silent'
  }

  open(): void {
    if (this.#mood === 'silent') this.cut()
    this.#mood = 'open'
  }

  /** Ends every connection; new ones are made. */
  cut(): void {
    for (const pair of this.#pairs) pair.destroy()
  }

  /**
   * Lets the next message that holds `sent` reach the server, and cuts its connection when the
   * answer comes. Resolves then.
   */
  loseAnswerTo(sent: string): Promise<void> {
    return new Promise((lost) => {
      this.#loss = { sent, lost }
    })
  }

  async stop(): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(client: Socket): void {
    if (this.#mood === 'closed') return void client.destroy()
    const pair = new Pair(client, connect(this.target))
    this.#pairs.add(pair)
    pair.ended.then(() => this.#pairs.delete(pair))
    client.on('data', (data) => this.#pass(pair, 'server', data))
    pair.server.on('data', (data) => this.#pass(pair, 'client', data))
  }

  #pass(pair: Pair, to: 'server' | 'client', data: Buffer): void {
    if (this.#mood !== 'open') return
    if (to === 'server' && this.#loss !== undefined && data.includes(this.#loss.sent)) {
      pair.losing = this.#loss.lost
      this.#loss = undefined
    } else if (to === 'client' && pair.losing !== undefined) {
      pair.destroy()
      pair.losing()
      return
    }
    const send = () => pair[to].write(data)
    if (this.delay > 0) setTimeout(send, this.delay)
    else send()
  }
}

/** A connection to the proxy, and the one that it made for it. */
class Pair {
  readonly client: Socket
  readonly server: Socket
  readonly ended: Promise<unknown>
  /** Told when the answer that comes next is lost. */
  losing: (() => void) | undefined

  constructor(client: Socket, server: Socket) {
    this.client = client
    this.server = server
    for (const socket of [client, server]) {
      // A connection that breaks takes its other half along.
      socket.on('error', () => {}).on('close', () => this.destroy())
    }
    // Not `once`, which fails where an error comes first.
    this.ended = new Promise((done) => server.once('close', done))
  }

  destroy(): void {
    this.client.destroy()
    this.server.destroy()
  }
}

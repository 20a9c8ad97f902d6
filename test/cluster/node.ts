/** One of several nodes: a process that can be killed and started again, and its way to the database. */

import { tmpdir } from 'node:os'
import { TcpProxy } from '../../packages/server/test/tcp-proxy.js'
import { testuser } from '../sessions/requests.js'
import { ServerProcess } from '../sessions/server-process.js'

export class Node {
  readonly database: TcpProxy
  readonly #skew: number
  #server: ServerProcess

  /** @param skew milliseconds by which its clock is ahead */
  static async start(port: number, skew: number): Promise<Node> {
    const database = await TcpProxy.start({ host: '127.0.0.1', port })
    return new Node(database, skew, await startServer(database, skew))
  }

  private constructor(database: TcpProxy, skew: number, server: ServerProcess) {
    this.database = database
    this.#skew = skew
    this.#server = server
  }

  get url(): string {
    return this.#server.url
  }

  /** Where it was the first of all. */
  get adminPassword(): string | undefined {
    return this.#server.adminPassword
  }

  async kill(): Promise<void> {
    await this.#server.kill()
  }

  async restart(): Promise<void> {
    this.#server = await startServer(this.database, this.#skew)
  }

  /** Whether it takes requests that write. */
  async isWell(): Promise<boolean> {
    const form = new URLSearchParams(testuser)
    const answer = await fetch(`${this.url}/token`, { method: 'POST', body: form })
    await answer.arrayBuffer()
    return answer.ok
  }

  async stop(): Promise<void> {
    await this.#server.kill()
    await this.database.stop()
  }
}

function startServer(database: TcpProxy, skew: number): Promise<ServerProcess> {
  const url = database.through('postgres://postgres@127.0.0.1/postgres')
  // It writes no files.
  return ServerProcess.start(tmpdir(), url, {
    NODE_OPTIONS: `--import ${new URL('./skewed-clock.mjs', import.meta.url)}`,
    LATCHKEY_TEST_SKEW: `${skew}`,
  })
}

/** A real PostgreSQL for the tests, from the binaries that npm installed. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface PostgresServer {
  /** Of its database `postgres`, as superuser; on loopback, without a password. */
  readonly url: string
  /** Ends the server and removes all that it wrote. */
  stop(): Promise<void>
}

/** Takes about a second. The server ends with this process too, however that ends. */
export async function startPostgres(): Promise<PostgresServer> {
  const keeper = spawn(process.execPath, [KEEPER], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  const exited = once(keeper, 'exit')
  const [line] = await Promise.race([
    once(createInterface(keeper.stdout), 'line'),
    exited.then(() => {
      throw new Error('PostgreSQL could not be started for the tests; the reason is above')
    }),
  ])
  const { url }: { url: string } = JSON.parse(line)
  return {
    url,
    async stop() {
      keeper.stdin.end()
      await exited
    },
  }
}

const KEEPER = fileURLToPath(new URL('./postgres-keeper.mjs', import.meta.url))

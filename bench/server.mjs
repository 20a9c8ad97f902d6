import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { pinned } from './cores.mjs'

/** A path of the project, from its root. */
export function inProject(path) {
  return fileURLToPath(new URL(`../${path}`, import.meta.url))
}

/**
 * Starts a server in a process of its own, with nothing of this one's environment but PATH.
 *
 * @param {object} options
 * @param {string[]} options.args what Node runs
 * @param {string} options.folder where its output goes
 * @param {Record<string, string>} [options.env]
 * @param {number} [options.core]
 * @param {string} [options.readyAt] the path whose first answer says that it is up
 */
export async function startServer({ args, folder, env = {}, core, readyAt = '/items/' }) {
  const port = await freePort()
  const [command, ...rest] = pinned(core, [process.execPath, ...args])
  const output = join(folder, `output-${port}.txt`)
  const file = openSync(output, 'w')
  const began = performance.now()
  const child = spawn(command, rest, {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', PORT: String(port), ...env },
    stdio: ['ignore', file, file],
  })
  closeSync(file)
  const exited = once(child, 'exit')
  while (!(await answers(port, readyAt))) {
    if (child.exitCode !== null) throw new Error(readFileSync(output, 'utf8'))
    await wait(2)
  }
  return {
    port,
    /** Milliseconds from the start of the process to the first answer. */
    startTime: performance.now() - began,
    /** Milliseconds of processor time so far, all threads; undefined where there is no /proc. */
    processorTime: () => processorTime(child.pid),
    /** Resident megabytes; undefined where there is no /proc. */
    memory: () => memory(child.pid, 'VmRSS'),
    /** The most that it has had. */
    mostMemory: () => memory(child.pid, 'VmHWM'),
    async stop() {
      child.kill()
      await exited
    },
  }
}

/** Whatever the answer: a guarded route refuses, and the server is up. */
function answers(port, path) {
  return new Promise((resolve) => {
    get({ port, path, host: '127.0.0.1', agent: false }, (response) => {
      response.resume().once('close', () => resolve(true))
    }).once('error', () => resolve(false))
  })
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return address.port
}

function processorTime(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'))
      .reduce((sum, line) => sum + Number(line.split(' ')[0]) / 1e6, 0)
  } catch {
    return undefined
  }
}

function memory(pid, name) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const [, kilobytes] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status) ?? []
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
  } catch {
    return undefined
  }
}

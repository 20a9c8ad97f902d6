import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** One of several: the demo, for its users and its route that reads nothing. All are one issuer. */
export class Node {
  #environment
  #child
  #exited
  #url
  #isReady = false
  #looks

  constructor(databasePort, frontPort) {
    this.#environment = {
      PATH: process.env.PATH,
      LATCHKEY_PORT: '0',
      LATCHKEY_ISSUER: `http://127.0.0.1:${frontPort}`,
      LATCHKEY_DATABASE_URL: `postgres://postgres@127.0.0.1:${databasePort}/postgres`,
      LATCHKEY_SECRET_KEY: 'a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s',
      LATCHKEY_LOG_LEVEL: 'fatal',
    }
    process.once('exit', () => this.#child?.kill('SIGKILL'))
  }

  /** Where it listens, or did last. */
  get url() {
    return this.#url
  }

  /** What a balancer is told. */
  get isReady() {
    return this.#isReady
  }

  /** Resolves when it listens. */
  async start() {
    if (this.#child !== undefined) throw new Error('It runs already')
    const stdio = ['ignore', 'pipe', 'inherit']
    const child = spawn(process.execPath, [PROGRAM, 'demo'], { env: this.#environment, stdio })
    this.#child = child
    this.#exited = once(child, 'exit')
    const ended = this.#exited.then(() => {
      throw new Error('A node ended before it listened')
    })
    this.#url = await Promise.race([greetingOf(child), ended])
    await this.#look()
    this.#looks = setInterval(() => void this.#look(), LOOK_EVERY)
  }

  /** At once, with nothing finished. */
  async kill() {
    await this.#end('SIGKILL')
  }

  async stop() {
    await this.#end('SIGINT')
  }

  async #look() {
    this.#isReady = await fetch(`${this.#url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  }

  async #end(signal) {
    clearInterval(this.#looks)
    this.#isReady = false
    this.#child?.kill(signal)
    await this.#exited
    this.#child = undefined
  }
}

function greetingOf(child) {
  return new Promise((done) => {
    createInterface(child.stdout).on('line', (line) => {
      const [, url] = /listening on (\S+)/.exec(line) ?? []
      if (url) done(url)
    })
  })
}

const LOOK_EVERY = 500
const PROGRAM = fileURLToPath(new URL('../packages/server/bin/latchkey.js', import.meta.url))

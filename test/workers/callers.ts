/** Callers that keep their connections, and ask again and again. */

import { Agent, type OutgoingHttpHeaders, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { user } from './serve-process.js'

interface Answer {
  status: number
  body: Record<string, unknown>
}

export class Callers {
  /** What was answered otherwise than it should be, and connections that broke. */
  readonly failures: string[] = []
  answered = 0
  readonly #url: string
  readonly #agent = new Agent({ keepAlive: true })
  readonly #loops: Promise<void>[]
  #stopped = false

  /** Each signs in, and then refreshes and asks for its record. */
  constructor(url: string, count: number) {
    this.#url = url
    this.#loops = Array.from({ length: count }, () => this.#loop())
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#loops)
    this.#agent.destroy()
  }

  async #loop(): Promise<void> {
    let token: string | undefined
    while (!this.#stopped) {
      try {
        token = await this.#round(token)
        // Others are to have their turn on a small machine: what starts meanwhile, and who watches it.
        await pause(40)
      } catch (error) {
        this.failures.push(String(error))
        token = undefined
      }
    }
  }

  async #round(token: string | undefined): Promise<string> {
    const fields =
      token === undefined ? user : { grant_type: 'refresh_token', refresh_token: token }
    const tokens = this.#expect(200, await this.#ask('POST', '/token', {}, fields))
    const authorization = `Bearer ${tokens.access_token}`
    this.#expect(200, await this.#ask('GET', '/users/me', { authorization }))
    return String(tokens.refresh_token)
  }

  #expect(status: number, answer: Answer): Answer['body'] {
    if (answer.status !== status) throw new Error(JSON.stringify(answer))
    this.answered++
    return answer.body
  }

  #ask(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    fields?: Record<string, string>,
  ): Promise<Answer> {
    const form = fields && { 'content-type': 'application/x-www-form-urlencoded' }
    return new Promise((resolve, reject) => {
      const options = { method, agent: this.#agent, headers: { ...headers, ...form } }
      const asked = request(this.#url + path, options, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (part) => {
          text += part
        })
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) }))
        answer.on('error', reject)
      })
      asked.on('error', reject)
      asked.end(fields && new URLSearchParams(fields).toString())
    })
  }
}

import { METHODS } from 'node:http'
import type { KeySourceOptions } from '@latchkey/guard'
import type { FastifyInstance, FastifyPluginAsync, InjectOptions } from 'fastify'
import fp from 'fastify-plugin'
import { ownTokens } from '../core/own-tokens.js'
import type { LatchkeyOptions } from '../index.js'
import type { Latchkey } from '../latchkey.js'
import { mount } from '../plugin.js'
import { fetchFrom, type Listening, listenOn } from './doors.js'
import { type Answer, type Exchange, isMeant, type Target } from './exchange.js'
import { ScriptedFaults } from './faults.js'
import type { HandClock } from './hand-clock.js'
import { mailsOf } from './mails.js'
import type {
  TestClient,
  TestClock,
  TestMail,
  TestServer,
  TestTokens,
  TestUser,
} from './test-server.js'

interface Dependencies {
  readonly app: FastifyInstance
  readonly latchkey: Latchkey
  readonly clock: HandClock
  readonly elsewhere: typeof globalThis.fetch | undefined
}

/** What `createTestServer` answers, around a Latchkey that is open. */
export class MemoryServer implements TestServer {
  readonly clock: TestClock
  readonly faults: ScriptedFaults
  readonly guardOptions: KeySourceOptions
  readonly plugin: FastifyPluginAsync<LatchkeyOptions>
  readonly #deps: Dependencies
  readonly #passwords = new Map<string, string>()
  readonly #arrived: Exchange[] = []
  #listening: Promise<Listening> | undefined
  #closing: Promise<void> | undefined

  constructor(deps: Dependencies) {
    const { latchkey, clock } = deps
    this.#deps = deps
    this.faults = new ScriptedFaults((exchange) => this.#serve(exchange))
    this.guardOptions = guardOptionsOf(latchkey, clock)
    this.plugin = pluginOf(latchkey)
    this.clock = {
      now: clock.now,
      async advance(by) {
        clock.turn(by)
        await doWhatIsDue(latchkey)
      },
    }
  }

  get issuer(): string {
    return this.#deps.latchkey.identity.issuer
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const { origin } = new URL(typeof input === 'object' && 'url' in input ? input.url : input)
    if (origin === new URL(this.issuer).origin) {
      return fetchFrom(this.faults.handle, new Request(input, init))
    }
    const { elsewhere = globalThis.fetch } = this.#deps
    return elsewhere(input, init)
  }

  async listen(port = 0): Promise<string> {
    this.#listening ??= listenOn(port, this.faults.handle)
    const { origin } = await this.#listening
    this.#deps.latchkey.identity.listensAt(origin)
    return origin
  }

  async addUser(user: TestUser): Promise<void> {
    const { username, password, email, emailVerified = false, scopes = [] } = user
    const wanted = { username, password, email, emailVerified, scopes, pastPolicy: true } as const
    await this.#deps.latchkey.users.add(wanted, test)
    this.#passwords.set(username, password)
  }

  async addClient({ id, confidential = false, ...terms }: TestClient): Promise<string | undefined> {
    const { clientRegistry } = this.#deps.latchkey
    return (await clientRegistry.add(id, confidential, terms, test)).secret
  }

  async setScopes(username: string, scopes: readonly string[]): Promise<void> {
    await this.#deps.latchkey.users.setScopes(username, scopes, test)
  }

  async signIn(username: string, { scope }: { scope?: string | undefined } = {}) {
    const password = this.#passwords.get(username)
    if (password === undefined) throw new TypeError(`The test server was given no user ${username}`)
    const form = new URLSearchParams({ grant_type: 'password', username, password })
    if (scope !== undefined) form.set('scope', scope)
    const answer = await this.#deps.app.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: form.toString(),
    })
    if (answer.statusCode !== 200) throw new Error(`The sign-in was refused: ${answer.body}`)
    return tokensOf(answer.json())
  }

  async signOut(username: string): Promise<void> {
    const { users, sessions } = this.#deps.latchkey
    await sessions.endAll((await users.get(username)).id, 'ended_by_admin', test)
  }

  mails(to?: string): Promise<TestMail[]> {
    return mailsOf(this.#deps.latchkey, to)
  }

  countOf(target: Target): number {
    return this.#arrived.filter((exchange) => isMeant(exchange, target)).length
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.faults.end()
    await (await this.#listening)?.close()
    await this.#deps.app.close()
  }

  async #serve(exchange: Exchange): Promise<Answer> {
    this.#arrived.push(exchange)
    const { method, path: url, headers, body: payload } = exchange
    if (!isMethod(method)) throw new TypeError(`HTTP has no method ${method}`)
    const answer = await this.#deps.app.inject({ method, url, headers, payload })
    return { status: answer.statusCode, headers: answer.headers, body: answer.rawPayload }
  }
}

type Method = NonNullable<InjectOptions['method']>

function isMethod(method: string): method is Method {
  return METHODS.includes(method)
}

/** Who acts, in the audit log. */
const test = { actor: 'test' }

/** The server's own sources, so that nothing has to travel, and nothing is late. */
function guardOptionsOf(latchkey: Latchkey, clock: HandClock): KeySourceOptions {
  const { identity, keys, revocations, settings } = latchkey
  return {
    ...ownTokens({ keys, identity, decryptionKey: settings.tokenEncryption?.jwk }),
    status: revocations.status,
    now: clock.now,
  }
}

/** The app is closed before, or after, or never: the server is its own. */
function pluginOf(latchkey: Latchkey): FastifyPluginAsync<LatchkeyOptions> {
  const embed: FastifyPluginAsync<LatchkeyOptions> = async (app, options) => {
    const { prefix = '', docs = true } = options
    mount(app, latchkey, { prefix, docs })
  }
  return fp(embed, { fastify: '5.x', name: 'latchkey' })
}

async function doWhatIsDue({ keyRotation, revocations, audit, cleanUp }: Latchkey): Promise<void> {
  await keyRotation.look()
  await revocations.look()
  await audit.sealer.run()
  await cleanUp.run()
}

interface TokenBody {
  readonly access_token: string
  readonly refresh_token: string
  readonly expires_in: number
}

function tokensOf(body: TokenBody): TestTokens {
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresIn } = body
  return { accessToken, refreshToken, expiresIn }
}

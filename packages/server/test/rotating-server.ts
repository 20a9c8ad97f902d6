/** Test servers whose keys change: with a client whose tokens cost no password hash. */

import type { SettingOptions } from '../src/settings/settings.js'
import type { Database } from '../src/store/database.js'
import { opened } from './signer.js'
import { type TestServer, testServer } from './test-server.js'
import { addClient, basic, send } from './token-requests.js'

export const origin = { actor: 'test' }
export const second = 1_000
export const minute = 60 * second
export const day = 24 * 60 * minute

export interface Rotating extends TestServer {
  /** A new token of the client. */
  token(): Promise<string>
  /** The status of a guarded route that reads nothing. */
  passes(token: string): Promise<number>
  /** The same client at another server on the same database, which was opened later. Both have one time then. */
  beside(server: TestServer): Rotating
}

/** @param around as of `testServer` */
export async function machineServer(
  settings: SettingOptions = {},
  around?: (database: Database) => Database,
): Promise<Rotating> {
  const server = await testServer(settings, around)
  const secret = await addClient(server, 'machine', { grants: ['client_credentials'] })
  return rotating(server, secret)
}

/** The `kid` of the key that signed it. */
export function signerOf(token: string): string {
  return String(opened(token).header.kid)
}

/** The key ids that others see. */
export async function published({ app }: TestServer): Promise<string[]> {
  const set = (await app.inject('/.well-known/jwks.json')).json<{ keys: { kid: string }[] }>()
  return set.keys.map(({ kid }) => kid)
}

export function states({ latchkey }: TestServer): string[] {
  return latchkey.keys.ring.keys.map(({ state }) => state)
}

function rotating(server: TestServer, secret: string): Rotating {
  return {
    ...server,
    async token() {
      const grant = { grant_type: 'client_credentials' }
      const answer = await send(server, '/oauth/token', grant, basic('machine', secret))
      return answer.json<{ access_token: string }>().access_token
    },
    passes: async (token) => (await server.get('/items/', token)).statusCode,
    beside(other) {
      // It was opened later, by as much as the machine was busy: a key that it makes now is of now here too.
      server.pass(other.latchkey.clock() - server.latchkey.clock())
      return rotating(other, secret)
    },
  }
}

import { client, serverUrl } from '../session/client.js'
import { checked } from './problem.js'

export interface Asked {
  /** Sent as JSON. */
  readonly body?: object
  /** Sent as they are, with a `content-type` among the headers. */
  readonly bytes?: Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** The answer may take as long as it takes: whoever asks gives up by the signal. */
  readonly isLong?: boolean
}

/**
 * Asks a route of this server as whoever is signed in.
 *
 * @param path below the server's own, without a slash at its start
 * @throws Problem for every answer that is none of 2xx
 * @throws AuthError where nobody is signed in any more
 */
export async function ask(method: string, path: string, asked: Asked = {}): Promise<Response> {
  const { body, bytes, headers = {}, signal, isLong = false } = asked
  const limits = isLong ? [] : [AbortSignal.timeout(patience)]
  const init: RequestInit = {
    method,
    headers: { ...headers },
    signal: AbortSignal.any(signal === undefined ? limits : [signal, ...limits]),
  }
  if (bytes !== undefined) init.body = bytes
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json', ...headers }
    init.body = JSON.stringify(body)
  }
  return checked(await client.fetch(serverUrl + path, init))
}

/** Milliseconds. */
const patience = 30_000

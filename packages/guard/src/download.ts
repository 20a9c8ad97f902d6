import type { Schedule } from './schedule.js'

/** How a guard reaches its issuer. */
export interface Network {
  readonly fetch: typeof globalThis.fetch
  readonly schedule: Schedule
}

export interface Wanted<Content> {
  readonly url: string
  /** The media type that is asked for. */
  readonly accept: string
  /** The most bytes that an answer may have, compression of the transfer undone. */
  readonly limit: number
  /** What is held already, to be answered again if it is still the same. */
  readonly held?: { readonly etag: string; readonly content: Content } | undefined
  /** Caches on the way are to look whether theirs still holds. */
  readonly anew?: boolean
  /** Throws for what is not what was wanted. */
  readonly parse: (bytes: Uint8Array, etag: string | undefined) => Content | Promise<Content>
}

/** For a whole answer, its body included. */
const timeLimit = 5_000

/**
 * Gets a resource. Follows no redirect, waits no longer than five seconds, and reads no more than it
 * was told to (checklist C08).
 *
 * @throws Error (by rejection) that names the URL, for every other outcome
 */
export async function download<Content>(
  network: Network,
  wanted: Wanted<Content>,
): Promise<Content> {
  try {
    const answer = await answerInTime(network, wanted)
    if (answer === 'unchanged' && wanted.held !== undefined) return wanted.held.content
    if (answer === 'unchanged') throw new Error('answered with status 304')
    return await wanted.parse(answer.bytes, answer.etag)
  } catch (cause) {
    throw new Error(`${wanted.url}: ${reasonOf(cause)}`, { cause })
  }
}

type Answer = 'unchanged' | { readonly bytes: Uint8Array; readonly etag: string | undefined }

async function answerInTime(
  { fetch, schedule }: Network,
  wanted: Wanted<unknown>,
): Promise<Answer> {
  const stop = new AbortController()
  let inTime = () => {}
  const late = new Promise<never>((_, reject) => {
    inTime = schedule(() => reject(new Error('no whole answer within 5 s')), timeLimit)
  })
  try {
    // A `fetch` that was brought along may not heed the signal, so time is kept beside it.
    const response = fetch(wanted.url, requestFor(wanted, stop.signal))
    return await Promise.race([late, answerOf(response, wanted.limit)])
  } catch (error) {
    stop.abort()
    throw error
  } finally {
    inTime()
  }
}

function requestFor({ accept, held, anew }: Wanted<unknown>, signal: AbortSignal): RequestInit {
  return {
    // Not 'error', which some platforms don't know.
    redirect: 'manual',
    signal,
    headers: {
      accept,
      ...(held && { 'if-none-match': held.etag }),
      ...(anew && { 'cache-control': 'no-cache' }),
    },
  }
}

async function answerOf(response: Promise<Response>, limit: number): Promise<Answer> {
  const { status, headers, body } = await response
  if (status === 304) return 'unchanged'
  if (status !== 200) throw new Error(`answered with status ${status}`)
  if (body === null) throw new Error('answered with nothing')
  return { bytes: await readAtMost(limit, body), etag: headers.get('etag') ?? undefined }
}

/**
 * All of a stream.
 *
 * @throws Error (by rejection) as soon as there is more of it than `limit` bytes
 */
export async function readAtMost(
  limit: number,
  stream: ReadableStream<Uint8Array>,
): Promise<Uint8Array> {
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length
    if (length > limit) {
      // Whether the other end is glad to stop is not waited for.
      reader.cancel().catch(() => {})
      throw new Error(`longer than ${limit} bytes`)
    }
    chunks.push(next.value)
  }
  return joined(chunks, length)
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let written = 0
  for (const chunk of chunks) {
    bytes.set(chunk, written)
    written += chunk.length
  }
  return bytes
}

/** Platforms say "fetch failed", and why in a cause below. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${reasonOf(error.cause)}`
}

import { readAtMost } from './download.js'

/**
 * Undoes zlib's compression (RFC 1950), as the status list draft asks for it. Stops as soon as there
 * is more than `limit` bytes, however far a small input would go on.
 *
 * @throws Error (by rejection) for what is broken, cut short or longer
 */
export async function inflate(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  const compressed = new Blob([new Uint8Array(bytes)]).stream()
  return readAtMost(limit, compressed.pipeThrough(new DecompressionStream('deflate')))
}

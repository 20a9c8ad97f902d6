import { Buffer } from 'node:buffer'

/**
 * As the function of this name in `base64url.ts`, in a third of its time: Node reads many spellings and writes
 * one, so what it would write otherwise is refused.
 */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}

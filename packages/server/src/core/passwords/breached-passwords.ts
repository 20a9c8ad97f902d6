import { createHash } from 'node:crypto'
import { promises } from 'node:fs'
import { Refusal } from '../../errors.js'
import { DigestFile } from './digest-file.js'
import { normalForm } from './password-text.js'

/**
 * Passwords that are known from breaches, in a file of SHA-1 digests as Have I Been Pwned offers it
 * (checklist G04). It stays on the disk, however large it is: each look opens it anew, so that
 * another can be put in its place.
 */
export class BreachedPasswords {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** As it was typed, or as it is hashed. @throws Refusal `storage_unavailable` where that can't be known */
  async has(password: string): Promise<boolean> {
    const texts = new Set([password, normalForm(password)])
    try {
      for (const text of texts) if (await this.#holds(digestOf(text))) return true
      return false
    } catch (cause) {
      throw new Refusal('storage_unavailable', {
        message: 'The file of breached passwords can not be used',
        cause,
      })
    }
  }

  async #holds(digest: string): Promise<boolean> {
    const handle = await promises.open(this.#path)
    try {
      const before = await handle.stat()
      const held = await new DigestFile(handle, before.size).has(digest)
      const after = await handle.stat()
      if (before.size === after.size && before.mtimeMs === after.mtimeMs) return held
      throw new Error('it was written to while it was read')
    } finally {
      await handle.close()
    }
  }
}

function digestOf(text: string): string {
  return createHash('sha1').update(text).digest('hex').toUpperCase()
}

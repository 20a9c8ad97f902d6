import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import type { UserId } from '../../store/schema.js'

/**
 * Ids that say of which line of which import a user is, to whoever knows the import, and look random to all others:
 * so a piece that is sent again, because its answer was lost, finds its own users, and nothing need be
 * remembered between pieces. They are spread evenly, as all ids are.
 */
export class LineIds {
  readonly #key: Buffer

  /** @param importId 128 random bits or more, in any form: the ids are as hard to foretell as this is */
  constructor(importId: string) {
    this.#key = createHash('sha256').update(`user-import:${importId}`).digest().subarray(0, 16)
  }

  of(line: number): UserId {
    const block = Buffer.alloc(blockLength)
    block.writeUIntBE(line, blockLength - lineLength, lineLength)
    const cipher = createCipheriv(algorithm, this.#key, null).setAutoPadding(false)
    return cipher.update(block).toString('hex') as UserId
  }

  /** Undefined for the id of a user whom this import has not made. */
  lineOf(id: UserId): number | undefined {
    if (!/^[0-9a-f]{32}$/.test(id)) return undefined
    const decipher = createDecipheriv(algorithm, this.#key, null).setAutoPadding(false)
    const block = decipher.update(id, 'hex')
    const isOurs = block.subarray(0, blockLength - lineLength).every((byte) => byte === 0)
    return isOurs ? block.readUIntBE(blockLength - lineLength, lineLength) : undefined
  }
}

// One block alone, so that a mode would chain nothing. Without padding all of it comes at once.
const algorithm = 'aes-128-ecb'
const blockLength = 16
/** Bytes of a line's number. */
const lineLength = 6

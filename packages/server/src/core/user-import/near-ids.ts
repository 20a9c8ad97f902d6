import type { UserId } from '../../store/schema.js'
import { randomHexId } from '../random.js'

/**
 * Ids for users who are made together: those of one step lie close to each other, because each at a place of
 * its own would be a page to write. Steps take turns: the first has all ids, the next two a half each, then
 * four a quarter each, and so on, so that ids are spread evenly for whoever relies on that.
 */
export class NearIds {
  #step = 1

  /** Another step begins. */
  turn(): void {
    this.#step += 1
  }

  next(): UserId {
    const bits = Math.floor(Math.log2(this.#step))
    const id = randomHexId()
    const random = Number.parseInt(id.slice(0, headLength), 16)
    const scale = 2 ** (4 * headLength - bits)
    const head = (this.#step - 2 ** bits) * scale + (random % scale)
    return (head.toString(16).padStart(headLength, '0') + id.slice(headLength)) as UserId
  }
}

/** Digits: more than there are steps. */
const headLength = 12

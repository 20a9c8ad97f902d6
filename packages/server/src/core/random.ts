import { randomFillSync, randomInt } from 'node:crypto'

/** 128 random bits in base64url, the form of every id in tokens (checklist A06, C10). */
export function randomId(): string {
  return take().toString('base64url')
}

/** 128 random bits in hex, for ids that people type: it never starts with a dash. */
export function randomHexId(): string {
  return take().toString('hex')
}

/** Brings into an order that nobody can foretell. */
export function shuffle(items: unknown[]): void {
  for (let left = items.length; left > 1; left--) {
    const other = randomInt(left)
    ;[items[left - 1], items[other]] = [items[other], items[left - 1]]
  }
}

// Drawn many at a time, because each draw costs 6 µs whatever its size.
const drawn = Buffer.alloc(16 * 256)
let used = drawn.length

function take(): Buffer {
  if (used === drawn.length) {
    randomFillSync(drawn)
    used = 0
  }
  used += 16
  return drawn.subarray(used - 16, used)
}

import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { PartText } from '../core/user-parts.js'
import type { UserId } from '../store/schema.js'
import { PartsOnDisk } from './sorted-parts.js'

/** One to four bytes each, with those beside the surrogates; and what JSON writes in its own way. */
const character = fc.constantFrom('a', 'b', '"', '\\', 'é', 'ж', '\ud7ff', '\ue000', '🦊')
const part = fc.string({ unit: character, minLength: 1, maxLength: 5 })
const row = fc.tuple(part, fc.constantFrom('id1', 'id2') as fc.Arbitrary<UserId>)

it('parts come in the order of their bytes, so many at a time', () => {
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 400 }),
      fc.integer({ min: 1, max: 90 }),
      (rows, most) => {
        const disk = new PartsOnDisk()
        for (let at = 0; at < rows.length; at += 130) disk.add(rows.slice(at, at + 130))
        const lists = [...disk.inOrder(most)].map(({ count, json }) => {
          const list: PartText[] = JSON.parse(json)
          expect(list).toHaveLength(count)
          return list
        })
        disk.close()
        expect(lists.flat()).toEqual(rows.toSorted(byBytes))
        expect(lists.every(({ length }) => length > 0 && length <= most)).toBe(true)
      },
    ),
  )
})

function byBytes([one, id]: PartText, [other, otherId]: PartText): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) || (id < otherId ? -1 : 1)
}

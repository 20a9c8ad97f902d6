import type { Store } from '../store/open.js'
import type { NamedUser, PartText } from '../store/part-supply.js'
import { partsOf } from '../store/user-parts.js'
import { shareUpTo } from './id-share.js'

/**
 * A step of the pass that lets users be found whom an import that was stopped has brought, or a release
 * without a search has made.
 *
 * @param position where the step before has ended
 * @returns where the next begins; undefined where all users can be found now
 */
export async function supplyParts(store: Store, position: string): Promise<string | undefined> {
  const { partSupply } = store
  const { additions, removals } = await partSupply.state()
  // Where there are more such users since, the pass begins anew.
  const [, round, place] = /^(\d+):(.*)$/.exec(position) ?? []
  const after = Number(round) === additions ? (place ?? '') : ''
  const users = await partSupply.usersAfter(after, usersOfStep)
  const parts = await partSupply.lackedBy(users)
  if (!(await partSupply.supply(JSON.stringify(parts), removals))) return position
  const last = users.at(-1)
  if (last !== undefined && users.length === usersOfStep) return `${additions}:${last.id}`
  return (await partSupply.complete(additions)) ? undefined : ''
}

export type { PartText }

/** Some parts. */
export interface PartList {
  readonly count: number
  /** A list of `PartText` in JSON: its rows are nothing that this process need hold. */
  readonly json: string
}

/** Sorts what does not fit into memory: as bytes, which for texts is by their characters' numbers. */
export interface PartSorter {
  add(parts: readonly PartText[]): void
  /** All of them, so many at a time or fewer. */
  inOrder(most: number): Iterable<PartList>
}

export interface SupplyOptions {
  sorter: PartSorter
  /** @param share from 0 to 1 */
  onProgress?: ((share: number) => void) | undefined
  /** Ends it after the step that is under way. */
  stopping?: AbortSignal | undefined
}

/**
 * The same for all of them at once: in the order of the index, because each row at a place of its own
 * would be a page to write.
 *
 * @returns false where it was stopped
 */
export async function supplyAllParts(store: Store, options: SupplyOptions): Promise<boolean> {
  const { sorter, onProgress, stopping } = options
  const { partSupply } = store
  const { additions, removals } = await partSupply.state()
  let count = 0
  for (let after: string | undefined = ''; after !== undefined; ) {
    if (stopping?.aborted) return false
    const users: NamedUser[] = await partSupply.usersAfter(after, usersOfStep)
    const parts = await partSupply.lackedBy(users)
    sorter.add(parts)
    count += parts.length
    after = users.length === usersOfStep ? users.at(-1)?.id : undefined
    onProgress?.(shareUpTo(after ?? 'ffffffff') / 2)
  }
  let written = 0
  // While some are written the next are fetched.
  let writing: Promise<void> = Promise.resolve()
  try {
    for (const parts of sorter.inOrder(partsOfStep)) {
      await writing
      if (stopping?.aborted) return false
      onProgress?.((1 + written / count) / 2)
      writing = write(store, parts.json, removals)
      written += parts.count
    }
  } finally {
    await writing
  }
  await partSupply.complete(additions)
  return true
}

/** Where users have changed or gone since they were looked at, only what is still theirs. */
async function write(store: Store, parts: string, removals: number): Promise<void> {
  let known = removals
  let current = parts
  while (!(await store.partSupply.supply(current, known))) {
    known = (await store.partSupply.state()).removals
    const texts: readonly PartText[] = JSON.parse(parts)
    const ids = new Set(texts.map(([, id]) => id))
    const users = await store.partSupply.usersOf([...ids])
    const theirs = new Map(users.map((user) => [user.id, new Set(partsOf(user))]))
    current = JSON.stringify(texts.filter(([part, id]) => theirs.get(id)?.has(part)))
  }
}

const usersOfStep = 500
/** Some tenths of a second, in which others wait to write. */
const partsOfStep = 16_384

import type { Store } from '../store/open.js'

/**
 * A step of the pass that lets users be found whom a release without a search has made.
 *
 * @param position where the step before has ended
 * @returns where the next begins; undefined where all users can be found now
 */
export async function supplyParts(store: Store, position: string): Promise<string | undefined> {
  const users = await store.userSearch.usersAfter(position, atOnce)
  for (let at = 0; at < users.length; at += atOneLook) {
    const lacking = await store.userSearch.lackingOf(users.slice(at, at + atOneLook))
    // Each alone, so that whoever signs in or changes their address meanwhile waits for one.
    for (const user of lacking) await store.userSearch.supply(user)
  }
  if (users.length === atOnce) return users.at(-1)?.id
  await store.userSearch.complete()
  return undefined
}

const atOnce = 500
const atOneLook = 100

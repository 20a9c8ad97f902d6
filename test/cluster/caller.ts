import { seeded } from '../sessions/seeded.js'
import type { Answer } from './history.js'
import type { KnownSession, Load } from './load.js'
import type { Person } from './people.js'

/** A user who signs in again and again, and asks any node for anything; the same for a seed each time. */
export function caller(seed: number, user: Person): (load: Load) => Promise<void> {
  const random = seeded(seed)
  return async (load) => {
    while (!load.isStopped) {
      const session = await load.signIn(user, random(3))
      if (session !== undefined) await use(load, session, random)
    }
  }
}

type Random = (below: number) => number

async function use(load: Load, session: KnownSession, random: Random): Promise<void> {
  const steps = 4 + random(16)
  let refusals = 0
  for (let step = 0; step < steps && !load.isStopped && !session.isLeft; step++) {
    // Their user's other caller has ended it.
    if ((await takeStep(load, session, random)) === 'no' && ++refusals === 3) return
  }
}

/** @returns what a live session is not refused */
async function takeStep(
  load: Load,
  session: KnownSession,
  random: Random,
): Promise<Answer | undefined> {
  const newest = session.tokens.length - 1
  const before = Math.max(0, newest - 1)
  const choice = random(24)
  if (choice < 8) return load.refresh(session, newest, random(3))
  if (choice < 10) return load.refresh(session, before, random(3))
  if (choice < 12) return load.ask(session, random(3), 'read')
  if (choice < 14) return load.ask(session, random(3), 'verify')
  if (choice < 16) return load.askAboutAccess(session, random(3))
  if (choice < 19) await load.askAboutRefresh(session, random(newest + 1), random(3))
  else if (choice < 21) await refreshAtOnce(load, session, newest)
  else if (choice < 23) await end(load, session, random)
  else await endAll(load, session, random)
  return undefined
}

async function refreshAtOnce(load: Load, session: KnownSession, step: number): Promise<void> {
  await Promise.all([0, 1, 2].map((node) => load.refresh(session, step, node)))
}

/** By signing out, or by being taken for a thief. */
async function end(load: Load, session: KnownSession, random: Random): Promise<void> {
  session.isLeft = true
  const newest = session.tokens.length - 1
  const node = random(3)
  if (newest > 1 && random(3) === 0) {
    // Where it is not answered, the ending may still be on its way to the database: nobody asks
    // anything in between that could not be told from an ending without a reason.
    const answer = await load.refresh(session, random(newest - 1), node)
    if (answer !== 'no') return
  } else {
    const ending = load.signOut(session, node)
    if (random(2) === 0) await load.refresh(session, newest, random(3))
    await ending
  }
  await askAfterTheEnd(load, session, node, random)
}

/** Of this user's, who has another caller or two. */
async function endAll(load: Load, session: KnownSession, random: Random): Promise<void> {
  session.isLeft = true
  const node = random(3)
  const ending =
    random(2) === 0 ? load.endAll(session.user, node) : load.signOutEverywhere(session, node)
  if (random(2) === 0) await load.refresh(session, session.tokens.length - 1, random(3))
  await ending
  await askAfterTheEnd(load, session, node, random)
}

async function askAfterTheEnd(
  load: Load,
  session: KnownSession,
  node: number,
  random: Random,
): Promise<void> {
  await load.ask(session, node, 'verify')
  await load.ask(session, random(3), 'read')
  await load.askAboutAccess(session, random(3))
  await load.refresh(session, session.tokens.length - 1, random(3))
}

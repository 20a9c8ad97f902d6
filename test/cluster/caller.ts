import { seeded } from '../sessions/seeded.js'
import type { KnownSession, Load } from './load.js'

/** A user who signs in again and again, and asks any node for anything; the same for a seed each time. */
export function caller(seed: number): (load: Load) => Promise<void> {
  const random = seeded(seed)
  return async (load) => {
    while (!load.isStopped) {
      const session = await load.signIn(random(3))
      if (session !== undefined) await use(load, session, random)
    }
  }
}

type Random = (below: number) => number

async function use(load: Load, session: KnownSession, random: Random): Promise<void> {
  const steps = 4 + random(16)
  for (let step = 0; step < steps && !load.isStopped && !session.isLeft; step++) {
    await takeStep(load, session, random)
  }
}

async function takeStep(load: Load, session: KnownSession, random: Random): Promise<void> {
  const newest = session.tokens.length - 1
  const choice = random(20)
  if (choice < 9) await load.refresh(session, newest, random(3))
  else if (choice < 11) await refreshAtOnce(load, session, newest)
  else if (choice < 13) await load.refresh(session, Math.max(0, newest - 1), random(3))
  else if (choice < 16) await load.ask(session, random(3), 'read')
  else if (choice < 18) await load.ask(session, random(3), 'verify')
  else await end(load, session, random)
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
  await load.ask(session, node, 'verify')
  await load.ask(session, random(3), 'read')
  await load.refresh(session, newest, random(3))
}

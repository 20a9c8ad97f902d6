// How much of the bare hash rate sign-ins reach (goals 5 and 6).
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { makeDatabase } from './database.mjs'
import { signInRequest, startLoad } from './load.mjs'
import { interleaved, median, medianRatio } from './rounds.mjs'
import { inProject, startServer } from './server.mjs'

const callers = 16

/** Milliseconds of sign-ins before anything counts. */
const warmUp = 15_000

export async function signIns({ folder, quick }) {
  return [
    await against(folder, {
      number: '5',
      quick,
      passwordHash: 'argon2id',
      rounds: quick ? 1 : 5,
      milliseconds: quick ? 500 : 3000,
    }),
    await against(folder, {
      number: '6',
      quick,
      passwordHash: 'bcrypt:12',
      rounds: quick ? 1 : 3,
      milliseconds: quick ? 1500 : 6000,
    }),
  ]
}

async function against(folder, { number, quick, passwordHash, rounds, milliseconds }) {
  const database = await makeDatabase(folder, { users: 100, passwordHash })
  const { env, usernames, password, hash } = database
  const server = await startServer({
    args: [inProject('packages/server/bin/latchkey.js'), 'serve'],
    readyAt: '/healthz',
    env,
    folder,
  })
  const load = startLoad()
  try {
    await load.prepare(
      'sign in',
      usernames.map((name) => signInRequest(name, password)),
    )
    // A server runs for days: its code is compiled by then.
    if (!quick) await signInRate(server, load, warmUp)
    const measured = await interleaved(
      {
        raw: () => rawHashes({ stored: hash, password, milliseconds }),
        signIn: () => signInRate(server, load, milliseconds),
      },
      rounds,
    )
    return row(number, passwordHash, measured)
  } finally {
    load.stop()
    await server.stop()
  }
}

async function rawHashes(work) {
  const child = fork(inProject('bench/programs/raw-hashes.mjs'))
  child.send({ ...work, threads: availableParallelism() })
  const [measured] = await once(child, 'message')
  return measured
}

async function signInRate(server, load, milliseconds) {
  const before = server.processorTime()
  const run = {
    name: 'sign in',
    port: server.port,
    connections: callers,
    settle: 500,
    milliseconds,
  }
  const { answered, seconds, finished } = await load.run(run)
  const used = server.processorTime() - before
  return { rate: answered / seconds, cost: used / finished }
}

function row(number, passwordHash, { raw, signIn }) {
  const rates = (rounds) => rounds.map(({ rate }) => rate)
  const costs = (rounds) => rounds.map(({ cost }) => cost)
  return {
    number,
    figure: `sign-ins, ${passwordHash}, ${callers} callers, of the bare hash rate`,
    value: medianRatio(rates(signIn), rates(raw)),
    byProcessorTime: medianRatio(costs(raw), costs(signIn)),
    goal: 0.95,
    floor: 0.9,
    better: 'more',
    from: `${median(rates(signIn)).toFixed(1)} and ${median(rates(raw)).toFixed(1)} a second`,
  }
}

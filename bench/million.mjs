// What a million users and ten million sessions cost, against ten thousand users (goal 11). Takes
// minutes and about three gigabytes of the temporary folder, which it gives back.
import { statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { cores } from './cores.mjs'
import { getRequest, startLoad } from './load.mjs'
import { makeManySessions } from './many-sessions.mjs'
import { startRefreshLoad } from './refresh-load.mjs'
import { interleaved, median, medianRatio } from './rounds.mjs'
import { inProject, startServer } from './server.mjs'

const sizes = { few: { users: 10_000, sessions: 100_000 }, many: { users: 1e6, sessions: 1e7 } }
const quickSizes = {
  few: { users: 500, sessions: 5_000 },
  many: { users: 5_000, sessions: 50_000 },
}
const gigabytesNeeded = 6

export async function million({ folder, quick }) {
  const { bavail, bsize } = statfsSync(folder)
  if (!quick && bavail * bsize < gigabytesNeeded * 2 ** 30) {
    throw new Error(`${folder} has less than ${gigabytesNeeded} GB left`)
  }
  const { few, many } = quick ? quickSizes : sizes
  const sample = quick ? 2_000 : 20_000
  const databases = {
    few: await makeManySessions(folder, { ...few, sample, name: 'few.db' }),
    many: await makeManySessions(folder, { ...many, sample, name: 'many.db' }),
  }
  const size = (statSync(join(folder, 'many.db')).size / 2 ** 30).toFixed(1)
  const counts = `${few.users} users in ${few.sessions} sessions; the larger has ${many.users} in ${many.sessions}, ${size} GB`
  return [
    ...(await lookups(databases, quick, counts)),
    ...(await requests(folder, databases, quick)),
  ]
}

async function lookups({ few, many }, quick, counts) {
  const { openStore } = await import(inProject('packages/server/dist/store/open.js'))
  const stores = {
    few: await openStore(few.env.LATCHKEY_DATABASE_URL),
    many: await openStore(many.env.LATCHKEY_DATABASE_URL),
  }
  const ways = {
    'a user by name': ({ users }, { username }) => users.findByLogin({ usernameKey: username }),
    'a caller with the session': ({ users }, { userId, id }) =>
      users.findCaller({ id: userId }, id),
    'a session with its user': ({ sessions }, { id }) => sessions.findInContext(id),
  }
  try {
    const figures = []
    for (const [what, way] of Object.entries(ways)) {
      const found = await interleaved(
        {
          few: () => microsecondsEach(few.sessions, (session) => way(stores.few, session)),
          many: () => microsecondsEach(many.sessions, (session) => way(stores.many, session)),
        },
        quick ? 2 : 7,
      )
      const times = `${median(found.many).toFixed(1)} and ${median(found.few).toFixed(1)} µs`
      const from = figures.length === 0 ? `${times}; ${counts}` : times
      figures.push(row(`to find ${what}`, found.many, found.few, from, 1.5, 3))
    }
    return figures
  } finally {
    await Promise.all([stores.few.close(), stores.many.close()])
  }
}

async function microsecondsEach(sessions, find) {
  const began = performance.now()
  for (const session of sessions) {
    if ((await find(session)) === undefined) throw new Error('A session or its user is missing')
  }
  return ((performance.now() - began) * 1000) / sessions.length
}

async function requests(folder, databases, quick) {
  const start = ({ env }) =>
    startServer({
      args: [inProject('packages/server/bin/latchkey.js'), 'demo'],
      env,
      core: cores.server,
      folder,
    })
  const servers = { few: await start(databases.few), many: await start(databases.many) }
  const [gets, refreshes] = [
    startLoad({ core: cores.load }),
    startRefreshLoad({ core: cores.load }),
  ]
  try {
    for (const [name, { sessions }] of Object.entries(databases)) {
      const seen = sessions.slice(0, 10_000).map(({ accessToken }) => accessToken)
      await gets.prepare(
        name,
        seen.map((token) => getRequest('/items/', token)),
      )
      await refreshes.prepare(
        name,
        sessions.map(({ refreshToken }) => refreshToken),
      )
    }
    const milliseconds = quick ? 300 : 1500
    const run = (load, name, connections) => async () => {
      const { answered, seconds } = await load.run({
        name,
        port: servers[name].port,
        connections,
        milliseconds,
      })
      return (seconds * 1e6) / answered
    }
    const found = await interleaved(
      {
        fewRefreshes: run(refreshes, 'few', 16),
        manyRefreshes: run(refreshes, 'many', 16),
        fewGets: run(gets, 'few', 32),
        manyGets: run(gets, 'many', 32),
      },
      quick ? 2 : 6,
    )
    // In the first round Node compiles.
    const [fewRefreshes, manyRefreshes, fewGets, manyGets] = Object.values(found).map((rounds) =>
      rounds.slice(1),
    )
    const times = (above, below) => `${median(above).toFixed(0)} and ${median(below).toFixed(0)} µs`
    return [
      row(
        'to refresh, 16 callers',
        manyRefreshes,
        fewRefreshes,
        times(manyRefreshes, fewRefreshes),
        2,
        3,
      ),
      row('guarded `GET`', manyGets, fewGets, times(manyGets, fewGets), 1.05, 1.2),
    ]
  } finally {
    gets.stop()
    refreshes.stop()
    await Promise.all([servers.few.stop(), servers.many.stop()])
  }
}

function row(what, many, few, from, goal, floor) {
  return {
    number: '11',
    figure: `time ${what}, with a hundred times the users`,
    value: medianRatio(many, few),
    goal,
    floor,
    better: 'less',
    from,
  }
}

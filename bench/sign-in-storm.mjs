// What a caller of a guarded route notices while others sign in without pause (goal 7).
import { makeDatabase } from './database.mjs'
import { getRequest, signInRequest, startLoad } from './load.mjs'
import { interleaved, median, medianRatio } from './rounds.mjs'
import { inProject, startServer } from './server.mjs'

const callers = 16
/** So many that a wait is seen, and so few that the server is not busy with them. */
const getsPerSecond = 500

export async function signInStorm({ folder, quick }) {
  const milliseconds = quick ? 500 : 3000
  const { env, tokens, usernames, password } = await makeDatabase(folder, {
    users: 100,
    sessions: 100,
  })
  const server = await startServer({
    args: [inProject('packages/server/bin/latchkey.js'), 'demo'],
    env,
    folder,
  })
  const [gets, storm] = [startLoad(), startLoad()]
  try {
    await gets.prepare(
      'get',
      tokens.map((token) => getRequest('/items/', token)),
    )
    await storm.prepare(
      'sign in',
      usernames.map((name) => signInRequest(name, password)),
    )
    const get = () =>
      gets.run({
        name: 'get',
        port: server.port,
        connections: 8,
        perSecond: getsPerSecond,
        settle: 300,
        milliseconds,
      })
    const signIn = () =>
      storm.run({
        name: 'sign in',
        port: server.port,
        connections: callers,
        milliseconds: milliseconds + 200,
      })
    const measured = await interleaved(
      { idle: get, storm: async () => (await Promise.all([get(), signIn()]))[0] },
      quick ? 2 : 6,
    )
    return ['p99', 'p50'].map((name) => row(name, measured))
  } finally {
    gets.stop()
    storm.stop()
    await server.stop()
  }
}

function row(name, { idle, storm }) {
  // In the first round Node compiles.
  const times = (rounds) => rounds.slice(1).map((round) => round[name])
  const [goal, floor] = name === 'p99' ? [2, 4] : [1.2, 2]
  return {
    number: '7',
    figure: `guarded \`GET\`, ${name} while ${callers} callers sign in, against idle`,
    value: medianRatio(times(storm), times(idle)),
    goal,
    floor,
    better: 'less',
    from: `${median(times(storm)).toFixed(2)} and ${median(times(idle)).toFixed(2)} ms`,
  }
}

// What a caller of a guarded route notices while others refresh without pause (goal 10).
import { getRequest, startLoad } from './load.mjs'
import { makeManySessions } from './many-sessions.mjs'
import { startRefreshLoad } from './refresh-load.mjs'
import { interleaved, median, medianRatio } from './rounds.mjs'
import { inProject, startServer } from './server.mjs'

const callers = 16
/** So many that a wait is seen, and so few that the server is not busy with them. */
const getsPerSecond = 500

export async function refreshStorm({ folder, quick }) {
  const milliseconds = quick ? 500 : 3000
  const size = { users: 100, sessions: 1_000, sample: 500, name: 'latchkey.db' }
  const { env, sessions } = await makeManySessions(folder, size)
  const args = [inProject('packages/server/bin/latchkey.js'), 'demo']
  const server = await startServer({ args, env, folder })
  const [gets, storm] = [startLoad(), startRefreshLoad()]
  const { port } = server
  try {
    const requests = sessions.map(({ accessToken }) => getRequest('/items/', accessToken))
    await gets.prepare('get', requests)
    const tokens = sessions.map(({ refreshToken }) => refreshToken)
    await storm.prepare('refresh', tokens)
    const pace = { connections: 8, perSecond: getsPerSecond, settle: 300 }
    const get = () => gets.run({ name: 'get', port, ...pace, milliseconds })
    const refresh = () =>
      storm.run({ name: 'refresh', port, connections: callers, milliseconds: milliseconds + 200 })
    const during = async () => {
      const [times, { answered, seconds }] = await Promise.all([get(), refresh()])
      return { ...times, refreshes: answered / seconds }
    }
    const measured = await interleaved({ idle: get, storm: during }, quick ? 2 : 6)
    return [row('p99', measured, { goal: 1.5, floor: 4 }), row('p50', measured)]
  } finally {
    gets.stop()
    storm.stop()
    await server.stop()
  }
}

function row(name, { idle, storm }, wanted = {}) {
  // In the first round Node compiles.
  const times = (rounds) => rounds.slice(1).map((round) => round[name])
  const refreshes = median(storm.slice(1).map((round) => round.refreshes))
  return {
    number: '10',
    figure: `guarded \`GET\`, ${name} while ${callers} callers refresh, against idle`,
    value: medianRatio(times(storm), times(idle)),
    ...wanted,
    better: 'less',
    from: `${median(times(storm)).toFixed(2)} and ${median(times(idle)).toFixed(2)} ms, ${refreshes.toFixed(0)} refreshes a second`,
  }
}

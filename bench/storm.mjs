// What others notice while three times as many sign in as the processors can check passwords for, and what
// those hear who are sent away (goals 7 and 8). Sign-ins come by the clock, whether others wait or not.
import { makeDatabase } from './database.mjs'
import { getRequest, signInRequest, startLoad } from './load.mjs'
import { startRefreshLoad } from './refresh-load.mjs'
import { interleaved, median, medianRatio } from './rounds.mjs'
import { inProject, startServer } from './server.mjs'

/** So many that a wait is seen, and so few that the server is not busy with them. */
const pace = { connections: 8, perSecond: 300, settle: 500 }
const refreshers = 2
/** Milliseconds that a connection has for one sign-in: longer than anybody waits for a hash. */
const longestAnswer = 10_000

export async function storm({ folder, quick }) {
  const milliseconds = quick ? 1_000 : 5_000
  const made = await makeDatabase(folder, { users: 2_000, sessions: 200 })
  const server = await startServer({
    args: [inProject('packages/server/bin/latchkey.js'), 'demo'],
    // All come from one machine here, and those that wait count as failed until they have signed in.
    env: { ...made.env, LATCHKEY_FAILURES_OVERALL: 'off', LATCHKEY_LOG_LEVEL: 'warn' },
    folder,
  })
  const loads = { gets: startLoad(), keys: startLoad(), signIns: startLoad() }
  const refreshes = startRefreshLoad()
  try {
    await prepare(loads, refreshes, made)
    const { port } = server
    const capacity = await signInsPerSecond(loads, port, milliseconds)
    const others = async () => {
      const [gets, keys, refreshed] = await Promise.all([
        loads.gets.run({ name: 'get', port, ...pace, milliseconds }),
        loads.keys.run({ name: 'keys', port, ...pace, milliseconds }),
        refreshes.run({ name: 'refresh', port, connections: refreshers, milliseconds }),
      ])
      return { gets, keys, refreshed }
    }
    const perSecond = 3 * capacity
    const signIns = () =>
      loads.signIns.run({
        name: 'sign in',
        port,
        connections: Math.ceil((perSecond * longestAnswer) / 1000),
        perSecond,
        settle: longestAnswer,
        milliseconds: milliseconds + pace.settle,
      })
    // The others begin when the line is full.
    const during = async () => {
      const signingIn = signIns()
      await new Promise((resolve) => setTimeout(resolve, longestAnswer))
      return { ...(await others()), signIns: await signingIn }
    }
    const measured = await interleaved({ idle: others, storm: during }, quick ? 2 : 4)
    return [...othersRows(measured), ...signInRows(measured, capacity), memoryRow(server)]
  } finally {
    for (const load of [...Object.values(loads), refreshes]) load.stop()
    await server.stop()
  }
}

async function prepare({ gets, keys, signIns }, refreshes, made) {
  const { tokens, refreshTokens, usernames, password } = made
  await gets.prepare(
    'get',
    tokens.map((token) => getRequest('/items/', token)),
  )
  await keys.prepare('keys', [getRequest('/.well-known/jwks.json')])
  await refreshes.prepare('refresh', refreshTokens)
  await signIns.prepare(
    'sign in',
    usernames.map((name) => signInRequest(name, password)),
  )
}

async function signInsPerSecond({ signIns }, port, milliseconds) {
  const run = { name: 'sign in', port, connections: 16, settle: 1_000, milliseconds }
  const { answered, seconds } = await signIns.run(run)
  return answered / seconds
}

function othersRows({ idle, storm: stormy }) {
  const kinds = {
    gets: 'guarded `GET`',
    keys: '`GET /.well-known/jwks.json`',
    refreshed: `refresh, ${refreshers} callers`,
  }
  return Object.entries(kinds).flatMap(([kind, what]) =>
    ['p99', 'p50'].map((name) => {
      const times = (rounds) => rounds.slice(1).map((round) => round[kind][name])
      return {
        number: '7',
        figure: `${what}, ${name} while three times as many sign in as can, against idle`,
        value: medianRatio(times(stormy), times(idle)),
        better: 'less',
        from: `${median(times(stormy)).toFixed(2)} and ${median(times(idle)).toFixed(2)} ms`,
      }
    }),
  )
}

function signInRows({ storm: rounds }, capacity) {
  const counted = rounds.slice(1).map(({ signIns }) => signIns)
  const answered = median(counted.map((run) => run.answered / run.seconds))
  const sentAway = median(counted.map(({ refused }) => refused))
  return [
    {
      number: '8',
      figure: '503 beyond the bound, p99',
      value: median(counted.map(({ refusedP99 }) => refusedP99)),
      unit: 'ms',
      goal: 50,
      floor: 100,
      better: 'less',
      from: `${sentAway.toFixed(0)} were sent away in ${counted[0].seconds} s`,
    },
    {
      number: '–',
      figure: 'sign-ins a second then, of what 16 callers reach',
      value: answered / capacity,
      better: 'more',
      from: `${answered.toFixed(1)} and ${capacity.toFixed(1)} a second; p99 ${median(counted.map(({ p99 }) => p99)).toFixed(0)} ms`,
    },
  ]
}

function memoryRow(server) {
  return {
    number: '–',
    figure: 'memory, most during all this',
    value: server.mostMemory(),
    unit: 'MB',
    goal: 512,
    floor: 512,
    better: 'less',
    from: '',
  }
}

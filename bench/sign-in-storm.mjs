// What a caller of a guarded route notices while others sign in without pause (goal 7).
import { pbkdf2Sync, scryptSync } from 'node:crypto'
import bcrypt from 'bcrypt'
import { makeDatabase } from './database.mjs'
import { getRequest, signInRequest, startLoad } from './load.mjs'
import { interleaved, median, medianRatio } from './rounds.mjs'
import { inProject, startServer } from './server.mjs'

const callers = 16
/** So many that a wait is seen, and so few that the server is not busy with them. */
const getsPerSecond = 500

export function signInStorm(options) {
  return measure(options, { users: 100, whose: '' })
}

/** Each of them signs in once, because the hash is another one then. */
export function mixedSignInStorm(options) {
  const users = options.quick ? 400 : 4_000
  return measure(options, { users, hashes: otherHashes, whose: ' whose hashes are of four kinds' })
}

/** As other systems would have made them, each at a price that is usual. */
function otherHashes(password) {
  const salt = 'c2VhIHNhbHQ'
  const pbkdf2 = pbkdf2Sync(password, salt, 260_000, 32, 'sha256').toString('base64')
  const scrypt = scryptSync(password, salt, 64, { N: 2 ** 14, r: 8, p: 1 }).toString('base64')
  return [
    bcrypt.hashSync(password, 10),
    `pbkdf2_sha256$260000$${salt}$${pbkdf2}`,
    `scrypt$16384$${salt}$8$1$${scrypt}`,
  ]
}

async function measure({ folder, quick }, { users, hashes, whose }) {
  const milliseconds = quick ? 500 : 3000
  const wanted = { users, sessions: 100, hashes }
  const { env, tokens, usernames, password } = await makeDatabase(folder, wanted)
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
    return ['p99', 'p50'].map((name) => row(name, whose, measured))
  } finally {
    gets.stop()
    storm.stop()
    await server.stop()
  }
}

function row(name, whose, { idle, storm }) {
  // In the first round Node compiles.
  const times = (rounds) => rounds.slice(1).map((round) => round[name])
  const [goal, floor] = name === 'p99' ? [2, 4] : [1.2, 2]
  return {
    number: '7',
    figure: `guarded \`GET\`, ${name} while ${callers} callers sign in${whose}, against idle`,
    value: medianRatio(times(storm), times(idle)),
    goal,
    floor,
    better: 'less',
    from: `${median(times(storm)).toFixed(2)} and ${median(times(idle)).toFixed(2)} ms`,
  }
}

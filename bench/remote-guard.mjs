// What it costs that a sign-out reaches other processes: at an API with a guard of its own, and at the
// server that publishes the lists.
import { execFileSync } from 'node:child_process'
import { cores } from './cores.mjs'
import { makeDatabase } from './database.mjs'
import { row, timed } from './guarded-get.mjs'
import { getRequest, startLoad } from './load.mjs'
import { makeManySessions } from './many-sessions.mjs'
import { interleaved, median, medianRatio } from './rounds.mjs'
import { inProject, startServer } from './server.mjs'

const latchkey = [inProject('packages/server/bin/latchkey.js'), 'demo']

export async function remoteGuard({ folder, quick }) {
  return [await requests(folder, quick), memory(), await signOuts(folder, quick)]
}

async function requests(folder, quick) {
  const count = quick ? 500 : 10_000
  const database = await makeDatabase(folder, { users: count / 10, sessions: count })
  const issuer = database.env.LATCHKEY_ISSUER
  const server = await startServer({ args: latchkey, env: database.env, folder })
  const core = cores.server
  const bare = await startServer({
    args: [inProject('bench/programs/bare-http.mjs')],
    core,
    folder,
  })
  const api = await startServer({
    args: [inProject('bench/programs/remote-api.mjs')],
    env: { ISSUER: issuer, SERVER: `http://127.0.0.1:${server.port}` },
    core,
    folder,
  })
  const load = startLoad({ core: cores.load })
  try {
    await load.prepare('hello', [getRequest('/items/')])
    await load.prepare(
      'get',
      database.tokens.map((token) => getRequest('/items/', token)),
    )
    const run = (name, at, amount) =>
      timed(at, () => load.run({ name, port: at.port, connections: 32, ...amount }))
    await run('get', api, { milliseconds: 0, atLeast: 2 * count })
    const milliseconds = quick ? 200 : 1000
    const rates = await interleaved(
      {
        bare: () => run('hello', bare, { milliseconds }),
        api: () => run('get', api, { milliseconds }),
      },
      quick ? 1 : 7,
    )
    const figure = `\`GET /items/\` at an API with a guard that asks its issuer, of bare \`node:http\``
    return row('1', figure, rates.api, rates.bare, 0.8, 0.6)
  } finally {
    load.stop()
    await Promise.all([server, bare, api].map((one) => one.stop()))
  }
}

function memory() {
  const args = ['--expose-gc', inProject('bench/programs/guard-memory.mjs')]
  const bytes = Number(execFileSync(process.execPath, args, { encoding: 'utf8' }))
  return {
    number: '–',
    figure: 'memory of a guard for ten million places',
    value: bytes / 2 ** 20,
    unit: 'MB',
    goal: 5,
    floor: 5,
    better: 'less',
    from: `${(bytes / 1e6).toFixed(2)} million bytes`,
  }
}

/** At a thousand a second, while somebody reads the list as often as it changes, and while nobody does. */
async function signOuts(folder, quick) {
  const milliseconds = quick ? 500 : 2000
  const [perSecond, rounds] = [1000, quick ? 1 : 3]
  const sample = 2 * rounds * (milliseconds / 1000 + 0.5) * perSecond
  const { env, sessions } = await makeManySessions(folder, {
    users: 1000,
    sessions: sample,
    sample,
    name: 'sign-outs.db',
  })
  const server = await startServer({ args: latchkey, env, folder })
  const load = startLoad()
  try {
    await load.prepare(
      'sign out',
      sessions.map(({ refreshToken }) => revokeRequest(refreshToken)),
    )
    const run = { name: 'sign out', port: server.port, connections: 16, perSecond, milliseconds }
    const alone = () => timed(server, () => load.run(run))
    const measured = await interleaved({ alone, read: () => whileRead(server, alone) }, rounds)
    const cost = (runs) => median(runs.map((one) => one.cost))
    return {
      number: '–',
      figure:
        'processor time of a sign-out, 1,000 a second, while their list is read, of while it is not',
      value: medianRatio(
        measured.read.map((one) => one.cost),
        measured.alone.map((one) => one.cost),
      ),
      better: 'less',
      from: `${cost(measured.read).toFixed(2)} and ${cost(measured.alone).toFixed(2)} ms`,
    }
  } finally {
    load.stop()
    await server.stop()
  }
}

async function whileRead({ port }, work) {
  const read = async () => (await fetch(`http://127.0.0.1:${port}/status-lists/1`)).arrayBuffer()
  const timer = setInterval(read, 250)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}

function revokeRequest(token) {
  const body = `token=${token}`
  return `POST /revoke HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

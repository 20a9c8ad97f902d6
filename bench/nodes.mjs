// What one, two and three nodes do on one PostgreSQL, and what is left of that one's own speed (goal 13).
import { environmentOf, openLatchkey } from './built-latchkey.mjs'
import { signInRequest, startLoad } from './load.mjs'
import { startPostgres } from './postgres.mjs'
import { bareUpdates } from './postgres-updates.mjs'
import { startRefreshLoad } from './refresh-load.mjs'
import { interleaved, median, medianRatio } from './rounds.mjs'
import { inProject, startServer } from './server.mjs'

const callers = 16
/** A node keeps so many connections at most. */
const connections = (count) => Math.min(callers, 10 * count)
const counts = [1, 2, 3]
const user = { username: 'alice', password: 'correct horse battery' }

export async function nodes({ folder, quick }) {
  const postgres = await startPostgres(['fsync=on', 'full_page_writes=on', 'shared_buffers=128MB'])
  const env = { ...environmentOf(folder, ''), LATCHKEY_DATABASE_URL: postgres.url }
  const servers = []
  const load = startRefreshLoad()
  const signInLoads = counts.map(() => startLoad())
  try {
    await addUser(env)
    for (const _ of counts) servers.push(await startNode(folder, env))
    const bare = await bareUpdates(postgres.url, folder)
    await load.prepare('refresh', await signedIn(servers[0].port, quick ? 50 : 400))
    for (const one of signInLoads) {
      await one.prepare('sign in', [signInRequest(user.username, user.password)])
    }
    // A node that has just been started spends more on compiling than on answering.
    for (const { port } of servers) await refreshRate(load, [port], quick ? 200 : 8000)
    const milliseconds = quick ? 500 : 3000
    const subjects = {}
    for (const count of counts) {
      const ports = servers.slice(0, count).map(({ port }) => port)
      subjects[`bare ${count}`] = () => bare.rate(connections(count), milliseconds)
      subjects[`refreshes ${count}`] = () => refreshRate(load, ports, milliseconds)
      subjects[`sign-ins ${count}`] = () => signInRate(signInLoads, ports, milliseconds)
    }
    const found = await interleaved(subjects, quick ? 1 : 5)
    return counts.flatMap((count) => rows(found, count, bare.name))
  } finally {
    load.stop()
    for (const one of signInLoads) one.stop()
    await Promise.all(servers.map((one) => one.stop()))
    await postgres.stop()
  }
}

async function addUser(env) {
  const latchkey = await openLatchkey(env)
  await latchkey.users.add(user, { actor: 'bench' })
  await latchkey.close()
}

function startNode(folder, env) {
  const args = [inProject('packages/server/bin/latchkey.js'), 'serve']
  return startServer({ args, readyAt: '/healthz', env, folder })
}

/** The refresh tokens of so many sessions. */
async function signedIn(port, count) {
  const tokens = []
  while (tokens.length < count) {
    tokens.push(...(await Promise.all(Array.from({ length: callers }, () => signIn(port)))))
  }
  return tokens
}

async function signIn(port) {
  const body = new URLSearchParams(user)
  const answer = await fetch(`http://127.0.0.1:${port}/token`, { method: 'POST', body })
  if (answer.status !== 200) throw new Error(`A sign-in was refused: ${await answer.text()}`)
  return (await answer.json()).refresh_token
}

async function refreshRate(load, ports, milliseconds) {
  const run = { name: 'refresh', ports, connections: callers, milliseconds }
  const { answered, seconds } = await load.run(run)
  return answered / seconds
}

async function signInRate(loads, ports, milliseconds) {
  const each = { name: 'sign in', connections: Math.ceil(callers / ports.length), milliseconds }
  const rates = ports.map(async (port, index) => {
    const { answered, seconds } = await loads[index].run({ ...each, port })
    return answered / seconds
  })
  return (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0)
}

function rows(found, count, bareName) {
  const refreshes = found[`refreshes ${count}`]
  const bare = found[`bare ${count}`]
  const name = count === 1 ? '1 node' : `${count} nodes`
  return [
    {
      number: '13',
      figure: `refreshes, ${callers} at once, ${name} on PostgreSQL, of the same UPDATE by ${bareName}`,
      value: medianRatio(refreshes, bare),
      goal: 0.6,
      floor: 0.4,
      better: 'more',
      from: `${median(refreshes).toFixed(0)} and ${median(bare).toFixed(0)} a second`,
    },
    {
      number: '13',
      figure: `sign-ins, ${callers} at once, ${name} on PostgreSQL, of 1 node`,
      value: medianRatio(found[`sign-ins ${count}`], found['sign-ins 1']),
      better: 'more',
      from: `${median(found[`sign-ins ${count}`]).toFixed(1)} a second`,
    },
  ]
}

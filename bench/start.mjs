// How soon `latchkey serve` answers, and the memory that it takes (goal 12).
import { setTimeout as wait } from 'node:timers/promises'
import { makeDatabase } from './database.mjs'
import { signInRequest, startLoad } from './load.mjs'
import { median } from './rounds.mjs'
import { inProject, startServer } from './server.mjs'

const callers = 16

export async function start({ folder, quick }) {
  const database = await makeDatabase(folder, { users: 100 })
  const serve = () =>
    startServer({
      args: [inProject('packages/server/bin/latchkey.js'), 'serve'],
      readyAt: '/healthz',
      env: database.env,
      folder,
    })
  const startTimes = []
  for (let round = 0; round < (quick ? 2 : 9); round++) {
    const server = await serve()
    startTimes.push(server.startTime)
    await server.stop()
  }
  const memory = await memoryOf(serve, database, quick)
  const fastest = `the fastest of ${startTimes.length}: ${Math.min(...startTimes).toFixed(0)} ms`
  return [
    row('`latchkey serve` to its first answer', median(startTimes), 'ms', 250, 450, fastest),
    row('memory, idle', memory.idle, 'MB', 75, 100),
    row(`memory, most while ${callers} callers sign in`, memory.storm, 'MB', 130, 180),
  ]
}

function row(figure, value, unit, goal, floor, from = '') {
  return { number: '12', figure, value, unit, goal, floor, better: 'less', from }
}

async function memoryOf(serve, { usernames, password }, quick) {
  const server = await serve()
  const load = startLoad()
  try {
    await load.prepare(
      'sign in',
      usernames.map((name) => signInRequest(name, password)),
    )
    await wait(1000)
    const idle = server.memory()
    const milliseconds = quick ? 500 : 4000
    const run = { name: 'sign in', port: server.port, connections: callers, milliseconds }
    return { idle, storm: await mostWhile(load.run(run), server.memory) }
  } finally {
    load.stop()
    await server.stop()
  }
}

async function mostWhile(running, look) {
  const seen = []
  const timer = setInterval(() => seen.push(look()), 50)
  await running
  clearInterval(timer)
  return seen.includes(undefined) ? undefined : Math.max(...seen)
}

// What grouped commits bring, and what is left of the database's own speed (goal 9).
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { environmentOf } from './built-latchkey.mjs'
import { cores, pinned } from './cores.mjs'
import { makeManySessions } from './many-sessions.mjs'
import { startProgram } from './program.mjs'
import { startRefreshLoad } from './refresh-load.mjs'
import { interleaved, median, medianRatio } from './rounds.mjs'
import { inProject, startServer } from './server.mjs'

const callerCounts = [1, 16, 64]
const ungrouped = preloading('one-commit-each')
const unflushed = preloading('synchronous-normal')

export async function refreshes(options) {
  const [users, sessions, sample] = options.quick ? [100, 1_000, 500] : [10_000, 100_000, 10_000]
  const size = { users, sessions, sample, name: 'latchkey.db' }
  const database = await makeManySessions(options.folder, size)
  return [
    ...(await throughServer({ ...options, ...database })),
    ...(await throughStore({ ...options, ...database })),
  ]
}

async function throughServer({ folder, quick, sessions }) {
  const load = startRefreshLoad({ core: cores.load })
  const servers = {}
  try {
    for (const [name, env] of [
      ['grouped', {}],
      ['ungrouped', ungrouped],
      ['unflushed', unflushed],
    ]) {
      servers[name] = await startCopy(folder, `server-${name}`, env)
      await load.prepare(
        name,
        sessions.map(({ refreshToken }) => refreshToken),
      )
    }
    const raw = await startRaw(folder, 'raw-beside-servers', sessions)
    servers.raw = raw
    const subjects = { raw: () => raw.run(1) }
    for (const callers of callerCounts) {
      for (const name of ['grouped', 'ungrouped', 'unflushed']) {
        subjects[`${name} ${callers}`] = () => timed(servers[name], load, { name, callers, quick })
      }
    }
    return rows('the server', await measure(quick, subjects))
  } finally {
    load.stop()
    await Promise.all(Object.values(servers).map((one) => one.stop()))
  }
}

async function throughStore({ folder, quick, sessions }) {
  const programs = {}
  try {
    for (const [name, env] of [
      ['grouped', {}],
      ['ungrouped', ungrouped],
      ['unflushed', unflushed],
    ]) {
      programs[name] = await startStep(folder, ['store', `store-${name}`], sessions, env)
    }
    programs.raw = await startRaw(folder, 'raw-beside-store', sessions)
    const milliseconds = quick ? 200 : 1000
    const subjects = { raw: () => programs.raw.run(1, milliseconds) }
    for (const callers of callerCounts) {
      for (const name of ['grouped', 'ungrouped', 'unflushed']) {
        subjects[`${name} ${callers}`] = () => programs[name].run(callers, milliseconds)
      }
    }
    return rows('the store alone', await measure(quick, subjects))
  } finally {
    for (const program of Object.values(programs)) program.stop()
  }
}

/** In the first round Node compiles. */
async function measure(quick, subjects) {
  const found = await interleaved(subjects, quick ? 2 : 6)
  return Object.fromEntries(Object.entries(found).map(([name, rounds]) => [name, rounds.slice(1)]))
}

async function timed(server, load, { name, callers, quick }) {
  const milliseconds = quick ? 300 : 1500
  const before = server.processorTime()
  const run = { name, port: server.port, connections: callers, milliseconds }
  const { answered, seconds, finished } = await load.run(run)
  const used = server.processorTime() - before
  return { rate: answered / seconds, microseconds: (used * 1000) / finished }
}

function rows(through, found) {
  const rates = (name) => found[name].map(({ rate }) => rate)
  const costs = (name) => found[name].map(({ microseconds }) => microseconds)
  return callerCounts.flatMap((callers) => {
    const grouped = `grouped ${callers}`
    const row = (below, figure, goal, floor) => ({
      number: '9',
      figure: `refreshes, ${callers} at once, ${through}, ${figure}`,
      value: medianRatio(rates(grouped), rates(below)),
      byProcessorTime: medianRatio(costs(below), costs(grouped)),
      ...(callers > 1 && { goal, floor }),
      better: 'more',
      from: `${median(rates(grouped)).toFixed(0)} : ${median(rates(below)).toFixed(0)} a second`,
    })
    return [
      row(`ungrouped ${callers}`, 'of one commit each', 3, 2),
      row('raw', 'of the driver at 32 a transaction', 0.75, 0.5),
      row(`unflushed ${callers}`, 'of itself without flushing', 0.85, 0.65),
    ]
  })
}

function startCopy(folder, name, env) {
  copyFileSync(join(folder, 'latchkey.db'), join(folder, `${name}.db`))
  return startServer({
    args: [inProject('bench/programs/from-files.mjs'), 'demo'],
    env: { ...environmentOf(folder, `${name}.db`), ...env },
    core: cores.server,
    folder,
  })
}

const startRaw = (folder, name, sessions) => startStep(folder, ['driver', name, '32'], sessions)

async function startStep(folder, [kind, name, ...rest], sessions, env = {}) {
  const path = join(folder, `${name}.db`)
  copyFileSync(join(folder, 'latchkey.db'), path)
  const program = inProject('bench/programs/refresh-store.mjs')
  const command = pinned(undefined, [process.execPath, program, kind, path, ...rest])
  const { ask, stop } = startProgram(command, env)
  await ask('prepare', { sessions: sessions.map(({ id, counter }) => ({ id, counter })) })
  return { run: (callers, milliseconds = 500) => ask('run', { callers, milliseconds }), stop }
}

function preloading(program) {
  return { NODE_OPTIONS: `--import ${new URL(`./programs/${program}.mjs`, import.meta.url).href}` }
}

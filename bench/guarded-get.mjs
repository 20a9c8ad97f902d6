// How much of bare node:http a guarded route reaches (goals 1 and 2).
import { cores } from './cores.mjs'
import { makeDatabase } from './database.mjs'
import { getRequest, startLoad } from './load.mjs'
import { interleaved, median, medianRatio } from './rounds.mjs'
import { inProject, startServer } from './server.mjs'

const connections = 32
/** More than a guard remembers, or knows to have come before, so that each is new when its turn comes again. */
const moreThanRemembered = 100_000

/** Tokens that were seen before. */
export async function seenTokens({ folder, quick }) {
  const tokenCount = quick ? 500 : 10_000
  const database = await makeDatabase(folder, { users: tokenCount / 10, sessions: tokenCount })
  return withServers(folder, { latchkey: database.env, plain: true }, async (servers, load) => {
    await load.prepare('hello', [getRequest('/items/')])
    for (const path of ['/items/', '/users/me']) {
      await load.prepare(
        path,
        database.tokens.map((token) => getRequest(path, token)),
      )
    }
    const rates = await measure(quick, load, {
      bare: [servers.bare, 'hello'],
      unguarded: [servers.plain, 'hello'],
      items: [servers.latchkey, '/items/'],
      me: [servers.latchkey, '/users/me'],
    })
    const seen = `${tokenCount.toLocaleString('en')} tokens seen before`
    return [
      row(
        '1',
        `\`GET /items/\`, ${seen}, of bare \`node:http\``,
        rates.items,
        rates.bare,
        0.8,
        0.6,
      ),
      row('1', `\`GET /users/me\`, the same`, rates.me, rates.bare, 0.55, 0.4),
      row('1', `\`GET /items/\`, of the same route unguarded`, rates.items, rates.unguarded),
      row('1', `that route unguarded, of bare \`node:http\``, rates.unguarded, rates.bare),
    ]
  })
}

/** Tokens that come for the first time, by how they are signed. */
export async function newTokens({ folder, quick }) {
  const rows = []
  for (const [algorithm, goal, floor] of [
    ['HS256', 0.45, 0.3],
    ['ES256', 0.11, 0.08],
    ['EdDSA', 0.09, 0.07],
  ]) {
    const count = quick ? 5_000 : moreThanRemembered
    const database = await makeDatabase(folder, { users: 10, algorithm, newTokens: count })
    const rates = await withServers(folder, { latchkey: database.env }, async (servers, load) => {
      await load.prepare('hello', [getRequest('/items/')])
      await load.prepare(
        'new',
        database.newTokens.map((token) => getRequest('/items/', token)),
      )
      return measure(quick, load, {
        bare: [servers.bare, 'hello'],
        items: [servers.latchkey, 'new'],
      })
    })
    const figure = `\`GET /items/\`, every token new, ${algorithm}, of bare \`node:http\``
    rows.push(row('2', figure, rates.items, rates.bare, goal, floor))
  }
  return rows
}

async function withServers(folder, { latchkey, plain = false }, use) {
  const { server: core } = cores
  const start = (args, env) => startServer({ args, env, core, folder })
  const servers = {
    bare: await start([inProject('bench/programs/bare-http.mjs')]),
    plain: plain && (await start([inProject('bench/programs/plain-fastify.mjs')])),
    latchkey: await start([inProject('packages/server/bin/latchkey.js'), 'demo'], latchkey),
  }
  const load = startLoad({ core: cores.load })
  try {
    return await use(servers, load)
  } finally {
    load.stop()
    await Promise.all([servers.bare, servers.plain, servers.latchkey].map((one) => one?.stop?.()))
  }
}

/** Rounds of what each subject answers, after as many requests as it takes to have seen and compiled everything. */
async function measure(quick, load, subjects) {
  const runs = Object.entries(subjects).map(([key, [server, name]]) => {
    const run = { name, port: server.port, connections }
    return [key, (amount) => timed(server, () => load.run({ ...run, ...amount }))]
  })
  for (const [, run] of runs) await run({ milliseconds: 0, atLeast: quick ? 1000 : 20_000 })
  const milliseconds = quick ? 200 : 1000
  return interleaved(
    Object.fromEntries(runs.map(([key, run]) => [key, () => run({ milliseconds })])),
    quick ? 1 : 7,
  )
}

export async function timed(server, run) {
  const before = server.processorTime()
  const { answered, seconds, finished, refused } = await run()
  if (refused > 0) throw new Error(`${refused} requests were refused`)
  return { rate: answered / seconds, cost: (server.processorTime() - before) / finished }
}

export function row(number, figure, above, below, goal, floor) {
  const rates = (rounds) => rounds.map(({ rate }) => rate)
  const costs = (rounds) => rounds.map(({ cost }) => cost)
  const perSecond = (rounds) => Math.round(median(rates(rounds))).toLocaleString('en')
  return {
    number,
    figure,
    value: medianRatio(rates(above), rates(below)),
    byProcessorTime: medianRatio(costs(below), costs(above)),
    goal,
    floor,
    better: 'more',
    from: `${perSecond(above)} and ${perSecond(below)} a second`,
  }
}

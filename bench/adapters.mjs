// How much of its framework each adapter of the guard leaves, and how much the usual middleware does.
import { cores } from './cores.mjs'
import { makeDatabase } from './database.mjs'
import { row, timed } from './guarded-get.mjs'
import { getRequest, startLoad } from './load.mjs'
import { interleaved } from './rounds.mjs'
import { inProject, startServer } from './server.mjs'

/** By framework, what people take where they do not take ours. */
const usual = {
  fastify: ['@fastify/jwt'],
  express: ['express-oauth2-jwt-bearer', 'passport-jwt'],
  hono: ['hono/jwk'],
  node: ['jose'],
}

/** What all of them verify, and sign tokens with where nothing else is said. */
const algorithm = 'RS256'
/** More than a guard remembers, so that each is new when its turn comes again. */
const moreThanRemembered = 60_000

export async function adapters({ folder, quick }) {
  const count = quick ? 500 : 10_000
  const wanted = { users: count / 10, sessions: count, algorithm }
  const newTokens = quick ? 5_000 : moreThanRemembered
  const database = await makeDatabase(folder, { ...wanted, newTokens })
  const latchkey = [inProject('packages/server/bin/latchkey.js'), 'demo']
  const server = await startServer({ args: latchkey, env: database.env, folder })
  const load = startLoad({ core: cores.load })
  try {
    await load.prepare('nobody', [getRequest('/items/')])
    await load.prepare('seen', database.tokens.map(withToken))
    await load.prepare('new', database.newTokens.map(withToken))
    const rows = []
    for (const framework of Object.keys(usual)) {
      const apps = await startApps(framework, server, {
        folder,
        issuer: database.env.LATCHKEY_ISSUER,
      })
      try {
        rows.push(...(await compare(framework, apps, { load, quick })))
      } finally {
        await Promise.all(Object.values(apps).map((app) => app.stop()))
      }
    }
    return rows
  } finally {
    load.stop()
    await server.stop()
  }
}

function withToken(token) {
  return getRequest('/items/', token)
}

async function startApps(framework, { port }, { folder, issuer }) {
  const env = { ISSUER: issuer, SERVER: `http://127.0.0.1:${port}` }
  const apps = {}
  for (const by of ['bare', 'latchkey', ...usual[framework]]) {
    const args = [inProject('bench/programs/guarded-app.mjs'), framework, by]
    apps[by] = await startServer({ args, env, core: cores.server, folder })
  }
  return apps
}

async function compare(framework, apps, { load, quick }) {
  const rows = []
  for (const tokens of ['seen', 'new']) {
    const runs = await subjects(apps, tokens, load)
    for (const run of Object.values(runs))
      await run({ milliseconds: 0, atLeast: quick ? 1000 : 12_000 })
    const milliseconds = quick ? 200 : 1000
    const timedRuns = Object.entries(runs).map(([by, run]) => [by, () => run({ milliseconds })])
    const rates = await interleaved(Object.fromEntries(timedRuns), quick ? 1 : 5)
    const figure = `${framework}, ${tokens === 'seen' ? 'tokens seen before' : 'every token new'}`
    rows.push(row('–', `${figure}, of the framework bare`, rates.latchkey, rates.bare))
    for (const peer of usual[framework]) {
      rows.push(row('4', `${figure}, of ${peer}`, rates.latchkey, rates[peer], 1, 1))
    }
  }
  return rows
}

/** Each goes through the tokens by itself: a token is not new because another has seen it. */
async function subjects(apps, tokens, load) {
  const runs = {}
  for (const [by, app] of Object.entries(apps)) {
    const name = by === 'bare' ? 'nobody' : `${tokens} ${by}`
    if (by !== 'bare') await load.prepare(name, tokens)
    runs[by] = (amount) =>
      timed(app, () => load.run({ name, port: app.port, connections: 32, ...amount }))
  }
  return runs
}

// Takes steps of refresh tokens without a server around it: by the store, or by the driver alone.
import { DatabaseSync } from '@photostructure/sqlite'
import { openStore } from '../../packages/server/dist/store/open.js'
import { answerOrders } from './answer-orders.mjs'

const [, , kind, path, perTransaction] = process.argv
let sessions = []
let step

answerOrders({
  async prepare(given) {
    sessions = given.sessions
    step = kind === 'store' ? await throughStore() : throughDriver(Number(perTransaction))
  },

  async run({ callers, milliseconds }) {
    const began = performance.now()
    const before = process.cpuUsage()
    const until = began + milliseconds
    const shares = Array.from({ length: callers }, (_, first) =>
      sessions.filter((_, at) => at % callers === first),
    )
    const counts = await Promise.all(shares.map((share) => step(share, until)))
    const taken = counts.reduce((sum, count) => sum + count, 0)
    const { user, system } = process.cpuUsage(before)
    return {
      rate: (taken * 1000) / (performance.now() - began),
      microseconds: (user + system) / taken,
    }
  },
})

async function throughStore() {
  const store = await openStore(`sqlite:${path}`)
  return async (share, until) => {
    let taken = 0
    for (; performance.now() < until; taken++) {
      const session = share[taken % share.length]
      if (!(await store.sessions.advance(session.id, session.counter++))) throw new Error('Lost')
    }
    return taken
  }
}

function throughDriver(size) {
  const database = new DatabaseSync(path, { timeout: 5_000 })
  database.exec('pragma synchronous = full')
  const advance = database.prepare(
    'update sessions set counter = counter + 1, rotated_at = ?, last_used_at = ? where id = ? and counter = ? and ended_at is null',
  )
  return (share, until) => {
    let taken = 0
    while (performance.now() < until) {
      database.exec('begin immediate')
      for (const end = taken + size; taken < end; taken++) {
        const session = share[taken % share.length]
        const now = Date.now()
        const { changes } = advance.run(now, now, session.id, session.counter++)
        if (changes !== 1) throw new Error('Lost')
      }
      database.exec('commit')
    }
    return taken
  }
}

// Whether sign-ins are slower while ten thousand mails go out.
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { DatabaseSync } from '@photostructure/sqlite'
import { openLatchkey } from './built-latchkey.mjs'
import { makeDatabase } from './database.mjs'
import { signInRequest, startLoad } from './load.mjs'
import { interleaved, median, medianRatio } from './rounds.mjs'
import { inProject, startServer } from './server.mjs'

const queued = 10_000
const callers = 16

export async function queuedMails({ folder, quick }) {
  const { env, usernames, password } = await makeDatabase(folder, { users: 100 })
  const mailServer = fork(inProject('bench/programs/mail-server.mjs'))
  const [port] = await once(mailServer, 'message')
  const mailing = {
    ...env,
    LATCHKEY_SMTP_URL: `smtp://127.0.0.1:${port}`,
    LATCHKEY_MAIL_FROM: 'no-reply@example.com',
  }
  const load = startLoad()
  try {
    await load.prepare(
      'sign in',
      usernames.map((name) => signInRequest(name, password)),
    )
    const milliseconds = quick ? 500 : 5_000
    const measured = await interleaved(
      {
        alone: () => signInRate(mailing, load, { folder, milliseconds, mails: 0 }),
        sending: () => signInRate(mailing, load, { folder, milliseconds, mails: queued }),
      },
      quick ? 1 : 5,
    )
    return [row(measured)]
  } finally {
    load.stop()
    mailServer.kill()
  }
}

async function signInRate(env, load, { folder, milliseconds, mails }) {
  await fillOutbox(env, mails)
  const server = await startServer({
    args: [inProject('packages/server/bin/latchkey.js'), 'serve'],
    readyAt: '/healthz',
    env,
    folder,
  })
  try {
    const run = { name: 'sign in', port: server.port, connections: callers }
    // The first mails cost several times what later ones do: a library is loaded, and compiled.
    await load.run({ ...run, milliseconds: milliseconds / 2 })
    const before = server.processorTime()
    const { answered, seconds, finished } = await load.run({ ...run, milliseconds })
    const cost = (server.processorTime() - before) / finished
    return { rate: answered / seconds, cost, sent: mails - countQueued(env) }
  } finally {
    await server.stop()
  }
}

async function fillOutbox(env, count) {
  const latchkey = await openLatchkey(env)
  const database = new DatabaseSync(fileOf(env))
  try {
    database.exec('begin; delete from mails')
    for (let number = 0; number < count; number++) {
      const to = { address: `user${number}@example.com` }
      const url = `https://auth.example.com/account/reset-password#token=${randomBytes(32).toString('base64url')}`
      const mail = latchkey.outbox.compose('password_reset', to, { username: 'user', url })
      const places = Object.keys(mail).map(() => '?')
      const insert = `insert into mails (${Object.keys(mail).join()}) values (${places.join()})`
      database.prepare(insert).run(...Object.values(mail))
    }
    database.exec('commit')
  } finally {
    database.close()
    await latchkey.close()
  }
}

function countQueued(env) {
  const database = new DatabaseSync(fileOf(env))
  const { left } = database
    .prepare("select count(*) as left from mails where state = 'queued'")
    .get()
  database.close()
  return left
}

function fileOf({ LATCHKEY_DATABASE_URL: url }) {
  return url.replace(/^sqlite:/, '')
}

function row({ alone, sending }) {
  const rates = (rounds) => rounds.map(({ rate }) => rate)
  const costs = (rounds) => rounds.map(({ cost }) => cost)
  const sent = median(sending.map((round) => round.sent))
  return {
    number: 'mail',
    figure: `sign-ins, argon2id, ${callers} callers, while ${queued} mails wait and go out`,
    value: medianRatio(rates(sending), rates(alone)),
    byProcessorTime: medianRatio(costs(alone), costs(sending)),
    better: 'more',
    from: `${median(rates(sending)).toFixed(1)} and ${median(rates(alone)).toFixed(1)} a second; ${sent} mails sent meanwhile`,
  }
}

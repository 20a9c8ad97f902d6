/** One outbox and several processes, a process that is killed, and thousands of mails. */

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { KeyWrap } from '../src/core/key-wrap.js'
import { mailContext } from '../src/core/outbox.js'
import type { Database } from '../src/store/database.js'
import type { Instant, MailRow } from '../src/store/schema.js'
import { databases, newUrl } from './databases.js'
import { mailServer } from './mail-server.js'
import { from, type MailingServer, mailingServer, reset } from './mailing-server.js'
import { alice } from './test-server.js'

vi.setConfig({ testTimeout: 60_000 })

const minute = 60_000
const day = 24 * 60 * minute
const changed = { username: 'alice' }

for (const database of databases) {
  describe(`an outbox on ${database.name}`, () => {
    it('is sent once by two processes at the same moment', async () => {
      const smtp = await mailServer()
      const settings = {
        databaseUrl: await database.url(),
        secretKey: randomBytes(32).toString('hex'),
        ...mailSettings(smtp.port),
      }
      const [one, other] = [await mailingServer(settings), await mailingServer(settings)]
      const ids: string[] = []
      for (let count = 0; count < 60; count++)
        ids.push(await one.queue('password_changed', changed))
      await Promise.all([one, other].map((server) => server.latchkey.postman.run()))
      await one.latchkey.postman.run()
      const sent = smtp.accepted.map(({ messageId }) => messageId)
      expect(sent.toSorted()).toEqual(ids.map((id) => `<latchkey.${id}@example.com>`).toSorted())
      const { rows } = await one.latchkey.store.mails.list({ limit: 100 })
      expect(rows.every(({ state, attempts }) => state === 'sent' && attempts === 1)).toBe(true)
    })

    it('gives a mail that nobody gives back to another process, after minutes', async () => {
      const smtp = await mailServer()
      const server = await mailingServer({
        databaseUrl: await database.url(),
        ...mailSettings(smtp.port),
      })
      const { store, postman } = server.latchkey
      await server.queue('password_changed', changed)
      const now = await store.changes.now()
      const [held] = await store.mails.take(now, (now + 5 * minute) as Instant, 1)
      server.pass(4 * minute)
      await postman.run()
      expect(smtp.accepted).toHaveLength(0)
      server.pass(2 * minute)
      await postman.run()
      expect(smtp.accepted).toHaveLength(1)
      // Whoever held it first says nothing any more that undoes that.
      const fault = { attempts: 1, due_at: now, sent_at: null, fault: 'late' }
      if (held !== undefined) await store.mails.settle(held, { state: 'failed', ...fault })
      expect(await server.states()).toEqual(['sent'])
    })

    it('keeps what nobody can send for a week, and what was sent for thirty days', async () => {
      const databaseUrl = await database.url()
      const kept = await mailingServer({ databaseUrl })
      await kept.latchkey.cleanUp.stop()
      await kept.queue('password_reset', reset)
      // A command writes mails without knowing of what becomes of them.
      await kept.queueRow(queuedRow(kept))
      await kept.latchkey.postman.run()
      expect(await kept.states()).toEqual(['kept', 'kept'])
      const smtp = await mailServer()
      const sending = await mailingServer({ databaseUrl, ...mailSettings(smtp.port) })
      await sending.latchkey.cleanUp.stop()
      await sending.queue('password_changed', changed)
      await sending.latchkey.postman.run()
      const left = async (server: MailingServer, days: number) => {
        server.pass(days * day)
        await server.latchkey.cleanUp.run()
        return (await server.states()).toSorted()
      }
      expect(await left(sending, 6.9)).toEqual(['kept', 'kept', 'sent'])
      expect(await left(sending, 0.2)).toEqual(['sent'])
      expect(await left(sending, 22.8)).toEqual(['sent'])
      expect(await left(sending, 0.2)).toEqual([])
    })

    it('I01 forgets links a day after they have expired', async () => {
      const server = await mailingServer({ databaseUrl: await database.url() })
      await server.latchkey.cleanUp.stop()
      const link = server.latchkey.oneTimeLinks.make('reset_password')
      await server.makeLink(link.row)
      server.pass(day)
      await server.latchkey.cleanUp.run()
      expect(await server.countLinks()).toBe(1)
      server.pass(day)
      await server.latchkey.cleanUp.run()
      expect(await server.countLinks()).toBe(0)
    })

    it('C05 comes under the present master secret when that is changed', async () => {
      const databaseUrl = await database.url()
      const [old, next] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')]
      const before = await mailingServer({ databaseUrl, secretKey: old })
      await before.latchkey.postman.stop()
      await before.queue('password_reset', reset)
      const waiting = Array.from({ length: 600 }, () => queuedRow(before))
      await before.queueRows(waiting)
      expect(new Set(await before.states())).toEqual(new Set(['kept', 'queued']))
      await before.app.close()
      const during = await mailingServer({ databaseUrl, secretKey: next, secretKeyPrevious: old })
      expect(await during.latchkey.keyRotation.countUnderPrevious()).toEqual({ keys: 0, mails: 0 })
      await during.app.close()
      const smtp = await mailServer()
      const after = await mailingServer({
        databaseUrl,
        secretKey: next,
        ...mailSettings(smtp.port),
      })
      const { rows } = await after.latchkey.store.mails.list({ limit: 999 })
      const wrap = new KeyWrap(Buffer.from(next, 'hex'))
      const opened = rows.map((row) => wrap.unwrap(row.wrapped_values ?? '', mailContext(row.id)))
      expect(new Set(opened)).toEqual(new Set([JSON.stringify(reset)]))
      expect(opened).toHaveLength(601)
    })

    it('makes a sign-in do no more where ten thousand mails wait, and holds few at a time', async () => {
      const asked: string[] = []
      let most = 0
      const counting = (inner: Database) =>
        new Proxy(inner, {
          get(target, name) {
            if (name === 'read') {
              return (query: Parameters<Database['read']>[0]) => {
                asked.push(query.sql)
                return target.read(query)
              }
            }
            if (name === 'write') {
              return async (unit: Parameters<Database['write']>[0]) => {
                asked.push(...unit.map(({ query }) => query.sql))
                const outcome = await target.write(unit)
                if (outcome.done) most = Math.max(most, ...outcome.rows.map((rows) => rows.length))
                return outcome
              }
            }
            const value = Reflect.get(target, name, target)
            return typeof value === 'function' ? value.bind(target) : value
          },
        })
      const databaseUrl = await database.url()
      const server = await mailingServer({ databaseUrl, ...mailSettings(1) }, counting)
      const { audit, cleanUp } = server.latchkey
      // They read and write the same tables, at times of their own.
      await Promise.all([audit.stop(), cleanUp.stop()])
      await server.addUser()
      const ofSignIn = async () => {
        asked.length = 0
        await server.postForm('/token', alice)
        // But for the keys and the change feed, which are looked at whoever signs in.
        return asked.filter(
          (sql) => /"(users|passwords|sessions|audit|mails)"/.test(sql) && !/"changes"/.test(sql),
        )
      }
      await ofSignIn()
      const before = await ofSignIn()
      await queueMany(server, 10_000)
      expect(await ofSignIn()).toEqual(before)
      expect(before.join()).not.toMatch(/mails/)

      const smtp = await mailServer({ recipient: () => 451 })
      const sending = await mailingServer({ databaseUrl, ...mailSettings(smtp.port) }, counting)
      await sending.latchkey.postman.stop()
      asked.length = most = 0
      const { store } = sending.latchkey
      const now = await store.changes.now()
      const taken = await store.mails.take(now, (now + minute) as Instant, 20)
      expect([taken.length, most]).toEqual([20, 20])
    })
  })
}

describe('a process that is killed between the mail server’s answer and writing it down', () => {
  it('M03 leaves a mail that is sent once more, under the same Message-ID, by the next', async () => {
    const databaseUrl = await newUrl('SQLite')
    const secretKey = randomBytes(32).toString('hex')
    const copies: (string | undefined)[] = []
    let kill = () => true
    const smtp = await mailServer({
      message: ({ messageId }) => {
        copies.push(messageId)
        kill()
        return undefined
      },
    })
    const settings = { databaseUrl, secretKey, ...mailSettings(smtp.port) }
    const here = await mailingServer(settings)
    await here.latchkey.postman.stop()
    const id = await here.queue('password_changed', changed)

    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, '../bin/latchkey.js'), 'serve'],
      {
        env: {
          PATH: process.env.PATH,
          LATCHKEY_DATABASE_URL: databaseUrl,
          LATCHKEY_SECRET_KEY: secretKey,
          LATCHKEY_ISSUER: 'http://127.0.0.1:8000',
          LATCHKEY_PORT: '0',
          LATCHKEY_SMTP_URL: settings.smtpUrl,
          LATCHKEY_MAIL_FROM: from,
        },
        stdio: 'ignore',
      },
    )
    const died = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))
    kill = () => child.kill('SIGKILL')
    expect(await died).toBe('SIGKILL')
    expect(copies).toHaveLength(1)
    expect(await here.states()).toEqual(['queued'])

    const next = await mailingServer(settings)
    kill = () => true
    await next.latchkey.postman.run()
    expect(copies).toHaveLength(1)
    next.pass(6 * minute)
    await next.latchkey.postman.run()
    expect(copies).toEqual(Array(2).fill(`<latchkey.${id}@example.com>`))
    expect(await next.states()).toEqual(['sent'])
  })
})

function mailSettings(port: number) {
  return { smtpUrl: `smtp://127.0.0.1:${port}`, mailFrom: from }
}

function queuedRow(server: MailingServer): MailRow {
  const row = server.compose('password_reset', { address: 'alice@example.com' }, reset)
  return { ...row, state: 'queued', due_at: 0 as Instant }
}

async function queueMany(server: MailingServer, count: number): Promise<void> {
  const rows: MailRow[] = Array.from({ length: count }, (_, at) =>
    server.compose('password_changed', { address: `user${at}@example.com` }, changed),
  )
  for (let at = 0; at < count; at += 500) await server.queueRows(rows.slice(at, at + 500))
}

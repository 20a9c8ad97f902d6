/** Mail servers that refuse, are slow, away, or die in the middle; and what is of no use any more. */

import { describe, expect, it } from 'vitest'
import { SmtpTransport } from '../src/mail/smtp.js'
import { Faults } from './faulty-database.js'
import { type Answer, mailServer } from './mail-server.js'
import { from, type MailingServer, mailingServer, reset } from './mailing-server.js'

const minute = 60_000
const hour = 60 * minute
const never = new AbortController().signal
const letter = { id: 'one', to: 'a@example.com', subject: 'S', text: 'T', html: '<p>T</p>' }
const changed = { username: 'alice' }

describe('a mail server that', () => {
  it('refuses an address for good is not asked again, and its words are repeated nowhere', async () => {
    const smtp = await mailServer({ recipient: () => 550 })
    const server = await mailingServer(settings(smtp.port))
    const id = await server.queue('password_reset', reset)
    await server.latchkey.postman.run()
    server.pass(hour)
    await server.latchkey.postman.run()
    expect(smtp.asked).toEqual(['alice@example.com'])
    const row = await server.latchkey.store.mails.find(id)
    expect(row).toMatchObject({
      state: 'failed',
      fault: 'the mail server answered 550 to RCPT TO',
      wrapped_values: null,
    })
    expect(server.log.join('')).toContain('a mail is given up')
    expect(server.log.join('')).not.toContain('secret@example.com')
  })

  it('asks to come back later gets it then, and others meanwhile', async () => {
    const answers: Answer[] = [451, undefined, 450, undefined]
    const smtp = await mailServer({ recipient: () => answers.shift() })
    const server = await mailingServer(settings(smtp.port))
    const id = await server.queue('password_changed', changed)
    await server.latchkey.postman.run()
    expect(await server.latchkey.store.mails.find(id)).toMatchObject({
      state: 'queued',
      attempts: 1,
      fault: 'the mail server answered 451 to RCPT TO',
    })
    await server.queue('password_changed', changed)
    await server.latchkey.postman.run()
    expect(smtp.accepted).toHaveLength(1)
    // The pauses grow with its age.
    server.pass(minute)
    await server.latchkey.postman.run()
    server.pass(minute - 1)
    await server.latchkey.postman.run()
    expect(smtp.asked).toHaveLength(3)
    server.pass(1)
    await server.latchkey.postman.run()
    expect(smtp.accepted).toHaveLength(2)
    expect(await server.states()).toEqual(['sent', 'sent'])
  })

  it('refuses the message itself is not asked again', async () => {
    const smtp = await mailServer({ message: () => 554 })
    const server = await mailingServer(settings(smtp.port))
    await server.queue('password_changed', changed)
    await server.latchkey.postman.run()
    expect(await server.states()).toEqual(['failed'])
  })

  it('refuses the sender loses no mail: the settings are wrong', async () => {
    const answers: Answer[] = [550]
    const smtp = await mailServer({ sender: () => answers.shift() })
    const server = await mailingServer(settings(smtp.port))
    await server.queue('password_changed', changed)
    await server.latchkey.postman.run()
    expect(await server.states()).toEqual(['queued'])
    expect(server.log.join('')).toContain('the mail server answered 550 to MAIL FROM')
    server.pass(minute)
    await server.latchkey.postman.run()
    expect(await server.states()).toEqual(['sent'])
  })

  it('is away is told of once, and gets all when it is back', async () => {
    const first = await mailServer()
    const server = await mailingServer(settings(first.port))
    await first.stop()
    for (let count = 0; count < 50; count++) await server.queue('password_changed', changed)
    await server.latchkey.postman.run()
    server.pass(5 * minute)
    await server.latchkey.postman.run()
    expect(told(server, 'mails can not be sent')).toHaveLength(1)
    expect(new Set(await server.states())).toEqual(new Set(['queued']))
    const second = await mailServer({ port: first.port })
    server.pass(minute)
    await server.latchkey.postman.run()
    expect(second.accepted).toHaveLength(50)
    expect(new Set(second.accepted.map(({ messageId }) => messageId)).size).toBe(50)
    expect(told(server, 'mails are sent again')).toHaveLength(1)
  })

  it('dies after the message gets it once more, under the same Message-ID', async () => {
    const copies: (string | undefined)[] = []
    let deaths = 1
    const smtp = await mailServer({
      message: ({ messageId }) => {
        copies.push(messageId)
        return deaths-- > 0 ? 'dies' : undefined
      },
    })
    const server = await mailingServer(settings(smtp.port))
    const id = await server.queue('password_changed', changed)
    await server.latchkey.postman.run()
    expect(await server.latchkey.store.mails.find(id)).toMatchObject({
      state: 'queued',
      fault: expect.stringMatching(/^it may have been taken: /),
    })
    server.pass(minute)
    await server.latchkey.postman.run()
    expect(await server.states()).toEqual(['sent'])
    expect(copies).toEqual([copies[0], copies[0]])
  })

  it('dies after each message gets two copies at most', async () => {
    const answers: Answer[] = ['dies', 451, 'dies']
    let copies = 0
    const smtp = await mailServer({
      message: () => {
        copies++
        return answers.shift()
      },
    })
    const server = await mailingServer(settings(smtp.port))
    await server.queue('password_changed', changed)
    for (let hours = 0; hours < 5; hours++) {
      await server.latchkey.postman.run()
      server.pass(hour)
    }
    expect(copies).toBe(3)
    expect(await server.states()).toEqual(['failed'])
  })

  it('never answers is left, and what it may have taken is known', async () => {
    const silence = new Promise<Answer>(() => {})
    const atAddress = await mailServer({ recipient: () => silence })
    const atMessage = await mailServer({ message: () => silence })
    const outcomes = [atAddress, atMessage].map(async ({ port }) => {
      const transport = impatient(port)
      const delivery = await transport.send(letter, never)
      transport.close()
      return delivery.outcome
    })
    expect(await Promise.all(outcomes)).toEqual(['unreachable', 'unanswered'])
  })

  it('never answers does not keep the process from ending', async () => {
    const leaving = new AbortController()
    const smtp = await mailServer({
      recipient: () => {
        leaving.abort()
        return new Promise<Answer>(() => {})
      },
    })
    const transport = new SmtpTransport(optionsFor(smtp.port))
    expect(await transport.send(letter, leaving.signal)).toMatchObject({ outcome: 'unreachable' })
    transport.close()
  })
})

describe('an outbox whose database goes away after a mail was taken', () => {
  it.each(['before', 'after'] as const)(
    'remembers it, and sends none twice (%s)',
    async (moment) => {
      const faults = new Faults()
      const smtp = await mailServer({
        message: () => {
          faults.arm(0, moment)
          return undefined
        },
      })
      const server = await mailingServer(settings(smtp.port), faults.around)
      await server.queue('password_changed', changed)
      await expect(server.latchkey.postman.run()).rejects.toThrow('broken the database')
      faults.disarm()
      // Longer than it is in one process's hand.
      server.pass(hour)
      await server.latchkey.postman.run()
      expect(smtp.accepted).toHaveLength(1)
      expect(await server.states()).toEqual(['sent'])
    },
  )
})

describe('a mail that', () => {
  it('holds a link which has expired meanwhile is not sent', async () => {
    const smtp = await mailServer()
    const server = await mailingServer(settings(smtp.port))
    await server.queue('password_reset', reset)
    const ids = [await server.queue('password_reset', reset)]
    server.pass(29 * minute)
    await server.queue('password_reset', reset)
    // Each mail is written a millisecond after the one before, at least.
    server.pass(1)
    await server.latchkey.postman.run()
    expect(smtp.accepted).toHaveLength(1)
    expect((await server.states()).toSorted()).toEqual(['failed', 'failed', 'sent'])
    const row = await server.latchkey.store.mails.find(ids[0] ?? '')
    expect(row).toMatchObject({ fault: 'its link has expired', wrapped_values: null })
  })

  it('could not be sent for a day is given up, with the reason', async () => {
    const smtp = await mailServer({ recipient: () => 451 })
    const server = await mailingServer(settings(smtp.port))
    const id = await server.queue('password_changed', changed)
    for (let hours = 0; hours <= 24; hours++) {
      await server.latchkey.postman.run()
      server.pass(hour)
    }
    expect(await server.latchkey.store.mails.find(id)).toMatchObject({
      state: 'failed',
      fault: 'not sent within a day; the last attempt: the mail server answered 451 to RCPT TO',
    })
  })

  it.each([
    'a@example.com\r\nRCPT TO:<b@example.com>',
    'a@example.com>\r\nDATA',
    'a@example.com, b@example.com',
    'Somebody <a@example.com>',
    'a@example.com\t',
    '"a b"@example.com',
  ])('has no address at all never reaches a mail server: %j', async (address) => {
    const smtp = await mailServer()
    const server = await mailingServer(settings(smtp.port))
    await server.queue('password_changed', changed, { address })
    await server.latchkey.postman.run()
    expect(await server.states()).toEqual(['failed'])
    expect([smtp.connections, smtp.asked]).toEqual([0, []])
  })

  it('only a newer version can write waits for it, and keeps none behind it', async () => {
    const smtp = await mailServer()
    const server = await mailingServer(settings(smtp.port))
    await server.queueRow({
      ...server.compose('password_changed', { address: 'a@example.com' }, changed),
      kind: 'of_tomorrow',
    })
    await server.queue('password_changed', changed)
    await server.latchkey.postman.run()
    expect((await server.states()).toSorted()).toEqual(['queued', 'sent'])
  })
})

function settings(port: number) {
  return { smtpUrl: `smtp://127.0.0.1:${port}`, mailFrom: from }
}

function optionsFor(port: number) {
  const server = { host: '127.0.0.1', port, encryption: 'none', auth: undefined } as const
  return { server, from: { name: undefined, address: 'no-reply@example.com' } }
}

function impatient(port: number): SmtpTransport {
  return new SmtpTransport({ ...optionsFor(port), patience: 300 })
}

function told({ log }: MailingServer, message: string): string[] {
  return log.filter((line) => line.includes(`"${message}"`))
}
